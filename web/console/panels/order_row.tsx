// One order of the list: where to, how much time is left, its stage and its courier.
import type { JSX } from 'preact';
import { locale } from '../../lib/i18n/locale';
import { dayTime, span } from '../../lib/time/format';
import { t } from '../speech';
import type { City } from '../state/city';
import { slackMs, urgencyOf, type OrderRow, type Stage } from '../state/slack';

interface Props {
  city: City;
  row: OrderRow;
  nowMs: number;
}

export function OrderRowView({ city, row, nowMs }: Props): JSX.Element {
  const { order, delivery } = row;
  const stage = city.orders.stage(row, nowMs);
  void city.alerts.pulse.version.value;
  const alert = city.alerts.shownOf(delivery?.id);
  return (
    <div class={`order-row ${stage}`} data-test="order" data-number={order.orderNumber}>
      <span class="order-where" dir="auto">
        {order.dropoff.address}
      </span>
      <Slack city={city} row={row} nowMs={nowMs} />
      <span class="order-who muted">
        <span dir="ltr">{order.orderNumber}</span> · <bdi>{delivery?.courierId ? city.roster.nameOf(delivery.courierId) : shopOf(city, row)}</bdi>
      </span>
      {alert ? <span class="chip failed" data-test="alert">{t(`alert_${alert}`)}</span> : <StageChip stage={stage} />}
    </div>
  );
}

export function StageChip({ stage }: { stage: Stage }): JSX.Element {
  return <span class={`chip ${stage}`}>{t(`stage_${stage}`)}</span>;
}

function Slack({ city, row, nowMs }: Props): JSX.Element {
  const urgency = urgencyOf(row, nowMs);
  if (urgency === 'over') {
    const at = row.delivery?.deliveredAt;
    return <span class="muted meta">{at ? dayTime(Date.parse(at), nowMs, locale.value, city.timeZone) : ''}</span>;
  }
  const left = slackMs(row, nowMs) / 1000;
  const text = span(Math.abs(left), locale.value);
  return (
    <span class={`slack ${urgency}`} title={hintOf(city, row, nowMs)}>
      {left < 0 && <span class="visually-hidden">{t('figure_late')} </span>}
      {left < 0 ? `−${text}` : text}
    </span>
  );
}

/** Say in words what the countdown counts. */
function hintOf(city: City, { order, delivery }: OrderRow, nowMs: number): string {
  const time = (text: string): string => dayTime(Date.parse(text), nowMs, locale.value, city.timeZone);
  const until = time(order.promisedUntil);
  return delivery?.etaAt ? t('slack_hint', { eta: time(delivery.etaAt), until }) : t('slack_hint_no_eta', { until });
}

function shopOf(city: City, { order }: OrderRow): string {
  const company = order.companyId ? city.companies.value.get(order.companyId) : null;
  return company ?? order.pickup.contactName ?? order.pickup.address;
}
