// One courier: what they do now, how fresh the position is, what they carry.
import type { ComponentChildren, JSX } from 'preact';
import type { StaffCourier } from '../../lib/api/views';
import { locale } from '../../lib/i18n/locale';
import { clockTime, numbersOf, span, weight } from '../../lib/time/format';
import { nowMs } from '../../lib/time/ticking';
import { Icon } from '../../lib/ui/icons';
import { t } from '../speech';
import { follows, select } from '../state/choice';
import type { City } from '../state/city';
import { stalenessOf, type LiveCourier } from '../state/fleet';
import { DetailHead } from './detail_head';
import { StateMark } from './legend';
import { OrderRowView } from './order_row';
import { Papers } from './papers';
import { ReplaySection } from './replay_section';
import { stateOf } from './roster_panel';

export function CourierDetail({ city, courierId }: { city: City; courierId: string }): JSX.Element {
  void city.roster.pulse.version.value;
  void city.fleet.pulse.version.value;
  void city.orders.pulse.version.value;
  const courier = city.roster.couriers.get(courierId);
  const live = city.fleet.couriers.get(courierId);
  const rows = city.orders.ofCourier(courierId);
  const name = courier ? `${courier.firstName} ${courier.lastName}` : city.roster.nameOf(courierId);
  const state = courier && courier.status !== 'offline' ? stateOf(city, courier) : null;
  return (
    <>
      <DetailHead title={<bdi data-test="courier-name">{name}</bdi>}>
        {live && (
          <button
            class="button quiet follow"
            aria-pressed={follows.value}
            onClick={() => {
              follows.value = !follows.value;
            }}
          >
            <Icon name="follow" /> {t('follow')}
          </button>
        )}
      </DetailHead>
      <div class="detail-body">
        {courier && <Papers key={courier.verificationStatus} city={city} courier={courier} />}
        <dl class="facts">
          <Fact name={t('state')}>
            {state ? (
              <>
                <StateMark state={state} stale={live !== undefined && stalenessOf(live, nowMs.value) > 0} />{' '}
                {t(`state_${state}`)}
              </>
            ) : (
              t('off_shift')
            )}
          </Fact>
          {live && <LastFix live={live} />}
          {courier && <Work city={city} courier={courier} />}
        </dl>
        <section>
          <h3>{t('carries')}</h3>
          {rows.length === 0 && <p class="muted">{t('carries_nothing')}</p>}
          <ul class="mini-orders">
            {rows.map((row) => (
              <li key={row.order.id}>
                <button class="plain" onClick={() => select({ kind: 'order', id: row.order.id })}>
                  <OrderRowView city={city} row={row} nowMs={city.nowMs()} />
                </button>
              </li>
            ))}
          </ul>
        </section>
        <ReplaySection city={city} courierId={courierId} />
      </div>
    </>
  );
}

function LastFix({ live }: { live: LiveCourier }): JSX.Element {
  const age = span(Math.max(0, (nowMs.value - live.seenAtMs) / 1000), locale.value);
  const kmh = (live.speedMps * 3.6).toLocaleString(numbersOf(locale.value), { maximumFractionDigits: 0 });
  return (
    <Fact name={t('last_fix')}>
      {t('ago', { span: age })}
      {live.speedMps > 0.5 && (
        <span class="muted" dir="ltr">
          {' '}
          · {kmh} km/h
        </span>
      )}
    </Fact>
  );
}

function Work({ city, courier }: { city: City; courier: StaffCourier }): JSX.Element {
  return (
    <>
      <Fact name={t('vehicle')}>
        <Icon name={courier.vehicleType} /> {t(courier.vehicleType)} <span dir="ltr">{courier.vehicleNumber}</span>
      </Fact>
      <Fact name={t('capacity')}>
        {t('items', { n: courier.capacityItems })} · {weight(courier.capacityGrams, locale.value)}
      </Fact>
      <Fact name={t('delivered_ever')}>{courier.totalDeliveries.toLocaleString(numbersOf(locale.value))}</Fact>
      {courier.shiftEndsAt && (
        <Fact name={t('shift_ends')}>{clockTime(Date.parse(courier.shiftEndsAt), locale.value, city.timeZone)}</Fact>
      )}
    </>
  );
}

/** A named fact of a detail. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
