// The selected order: what and where, its courier, why this courier, what happened, what can be done.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeliveryStatus, OrderDetail as WholeOrder } from '../../lib/api/views';
import { locale } from '../../lib/i18n/locale';
import { dayTime, distance, money, timesOf } from '../../lib/time/format';
import { Icon } from '../../lib/ui/icons';
import { mapActs } from '../keyboard';
import { said, t } from '../speech';
import { actsFor, hasGoods, type Act } from '../state/acts';
import { select } from '../state/choice';
import type { City } from '../state/city';
import type { Picture } from '../state/dossiers';
import { isOpen, type OrderRow } from '../state/slack';
import { AssignForm } from './assign_form';
import { FailForm } from './fail_form';
import { ReasonForm } from './reason_form';
import { Fact } from './courier_detail';
import { DetailHead } from './detail_head';
import { StateMark } from './legend';
import { StageChip } from './order_row';
import { stateOf } from './roster_panel';
import { Timeline } from './timeline';
import { TroubleNote } from './trouble_note';
import { Why } from './why';

export function OrderDetail({ city, orderId }: { city: City; orderId: string }): JSX.Element {
  void city.orders.pulse.version.value;
  const [act, setAct] = useState<Act | null>(null);
  const row = city.orders.rows.get(orderId);
  const picture = city.dossiers.picture.value;
  const { trouble } = city.dossiers;
  useEffect(() => {
    mapActs.assign = () => setAct('assign');
    return () => {
      mapActs.assign = () => undefined;
    };
  }, []);
  return (
    <>
      <DetailHead title={<span dir="ltr">{row?.order.orderNumber ?? picture?.order.orderNumber ?? '…'}</span>}>
        {row && <StageChip stage={city.orders.stage(row, city.nowMs())} />}
      </DetailHead>
      <div class="detail-body">
        {trouble && <TroubleNote what="order_failed" trouble={trouble} retry={() => void city.dossiers.fetch()} />}
        {picture ? <Facts city={city} picture={picture} row={row} /> : !trouble && <Bones />}
        {picture && row && isOpen(row) && <Acts city={city} picture={picture} act={act} setAct={setAct} />}
        {picture?.dossier && <Why city={city} dossier={picture.dossier} />}
        {picture && <Timeline city={city} picture={picture} />}
      </div>
    </>
  );
}

function Facts({ city, picture, row }: { city: City; picture: Picture; row: OrderRow | undefined }): JSX.Element {
  const { order, dossier } = picture;
  const nowMs = city.nowMs();
  const time = (text: string): string => dayTime(Date.parse(text), nowMs, locale.value, city.timeZone);
  const [from, until] = [Date.parse(order.promisedFrom), Date.parse(order.promisedUntil)];
  const promised = timesOf(from, until, nowMs, locale.value, city.timeZone);
  const eta = row?.delivery?.etaAt ?? dossier?.delivery.etaAt;
  return (
    <dl class="facts">
      <Fact name={t('from')}>
        <bdi>{order.pickup.address}</bdi>
      </Fact>
      <Fact name={t('to')}>
        <bdi>{order.dropoff.address}</bdi>
        {order.dropoff.notes && (
          <p class="muted">
            <bdi>{order.dropoff.notes}</bdi>
          </p>
        )}
      </Fact>
      <Fact name={t('promised')}>
        <span dir="ltr">
          {promised.from}–{promised.until}
        </span>
        {eta && isOpenRow(row) && <strong> · {t('eta', { time: time(eta) })}</strong>}
      </Fact>
      <Fact name={t('ready')}>{time(order.readyAt)}</Fact>
      <Goods order={order} />
      {order.notes && (
        <Fact name={t('notes')}>
          <bdi>{order.notes}</bdi>
        </Fact>
      )}
      <Fact name={t('fee')}>
        {money(order.deliveryFee, locale.value)}
        {dossier && <span class="muted"> · {distance(dossier.delivery.distanceM, locale.value)}</span>}
      </Fact>
      {order.cancelReason && (
        <Fact name={t('cancel_reason')}>
          <bdi>{order.cancelReason}</bdi>
        </Fact>
      )}
      {dossier?.delivery.failureReason && (
        <Fact name={t('failure')}>{said('failure', dossier.delivery.failureReason)}</Fact>
      )}
      {dossier?.courier && (
        <Fact name={t('courier')}>
          <button class="link" onClick={() => dossier.courier && select({ kind: 'courier', id: dossier.courier.id })}>
            <StateMark state={stateOf(city, dossier.courier)} />{' '}
            <bdi>
              {dossier.courier.firstName} {dossier.courier.lastName}
            </bdi>
          </button>
        </Fact>
      )}
    </dl>
  );
}

function Goods({ order }: { order: WholeOrder }): JSX.Element {
  const gift = order.gift?.recipientName ?? null;
  return (
    <Fact name={t('goods')}>
      {order.items.map((item, i) => (
        <p key={i}>
          {item.quantity > 1 && `${item.quantity} × `}
          <bdi>{item.title}</bdi>
        </p>
      ))}
      {gift && (
        <p class="muted">
          <Icon name="gift" size={13} /> {t('gift_for', { name: gift })}
        </p>
      )}
    </Fact>
  );
}

interface ActsProps {
  city: City;
  picture: Picture;
  act: Act | null;
  setAct: (act: Act | null) => void;
}

function Acts({ city, picture, act, setAct }: ActsProps): JSX.Element {
  const delivery = picture.dossier?.delivery ?? null;
  const status = delivery?.status ?? null;
  const possible = actsFor(status, city.session.me.value?.permissions ?? []);
  if (act && possible.includes(act)) return <ActForm city={city} picture={picture} act={act} setAct={setAct} />;
  const name = (one: Act): string => t(one === 'assign' && delivery?.courierId ? 'reassign' : NAMES[one]);
  return (
    <div class="acts">
      {possible.map((one, i) => (
        <button
          key={one}
          class={i === 0 && !LAST_RESORTS.has(one) ? 'button primary' : 'button'}
          title={one === 'assign' ? 'A' : undefined}
          onClick={() => setAct(one)}
        >
          {name(one)}
        </button>
      ))}
      {hasGoods(status) && <p class="muted meta">{t('goods_aboard')}</p>}
    </div>
  );
}

const NAMES = {
  assign: 'assign',
  again: 'again',
  unassign: 'unassign',
  fail: 'fail',
  brought_back: 'brought_back',
  cancel: 'cancel_order',
} as const;

/** What is not offered as the thing to do, even where nothing else can be done. */
const LAST_RESORTS: ReadonlySet<Act> = new Set(['cancel', 'fail']);

function ActForm({ city, picture, act, setAct }: ActsProps): JSX.Element {
  const { order } = picture;
  const delivery = picture.dossier?.delivery;
  const drop = (): void => setAct(null);
  const done = (): void => {
    drop();
    void city.dossiers.fetch();
  };
  const form = { done, drop };
  if (act === 'assign' && delivery) return <AssignForm city={city} order={order} delivery={delivery} {...form} />;
  if (act === 'cancel' || !delivery) {
    const send = (comment: string): Promise<unknown> =>
      city.session.put(`/api/v1/admin/orders/${order.id}/status`, { status: 'cancelled', comment });
    return <ReasonForm title={t('cancel_title')} act={t('cancel_order')} danger customerReads send={send} {...form} />;
  }
  const move = (status: DeliveryStatus, comment: string, reason?: string): Promise<unknown> =>
    city.session.put(`/api/v1/admin/deliveries/${delivery.id}/status`, { status, comment, reason });
  if (act === 'fail') return <FailForm move={move} {...form} />;
  if (act === 'brought_back') {
    const send = (comment: string): Promise<unknown> => move('returned', comment);
    return <ReasonForm title={t('brought_back_title')} act={t('brought_back')} send={send} {...form} />;
  }
  const send = (comment: string): Promise<unknown> => move('pending', comment);
  if (act === 'again') {
    return <ReasonForm title={t('again_title')} act={t('again')} customerReads send={send} {...form} />;
  }
  return <ReasonForm title={t('unassign_title')} act={t('unassign')} send={send} {...form} />;
}

function isOpenRow(row: OrderRow | undefined): boolean {
  return row !== undefined && isOpen(row);
}

function Bones(): JSX.Element {
  return (
    <div class="bones" aria-busy="true" aria-label={t('loading')}>
      {Array.from({ length: 7 }, (_, i) => (
        <span key={i} class="skeleton" />
      ))}
    </div>
  );
}
