// Giving a delivery to a courier by hand: couriers on shift, the nearest to the pickup first.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Delivery, Order, StaffCourier } from '../../lib/api/views';
import { locale } from '../../lib/i18n/locale';
import { distanceM } from '../../lib/map/mercator';
import { distance } from '../../lib/time/format';
import { t } from '../speech';
import type { City } from '../state/city';
import { StateMark } from './legend';
import { ReasonForm } from './reason_form';
import { stateOf } from './roster_panel';

const SHOWN = 40;

interface Props {
  city: City;
  order: Order;
  delivery: Delivery;
  done: () => void;
  drop: () => void;
}

export function AssignForm({ city, order, delivery, done, drop }: Props): JSX.Element {
  const [chosen, choose] = useState<string | null>(null);
  const [wanted, want] = useState('');
  const send = (reason: string): Promise<unknown> =>
    city.session.put(`/api/v1/admin/deliveries/${delivery.id}/courier`, { courierId: chosen, reason });
  const found = couriersFor(city, order, delivery, wanted);
  return (
    <ReasonForm title={t('assign_title')} act={t('assign')} send={send} done={done} drop={drop} ready={chosen !== null}>
      <input
        class="input"
        type="search"
        autofocus
        aria-label={t('search_courier')}
        placeholder={t('search_courier')}
        value={wanted}
        onInput={(event) => want(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      <div class="choices" role="radiogroup" aria-label={t('couriers')}>
        {found.length === 0 && <p class="muted">{t('nobody_on_shift')}</p>}
        {found.slice(0, SHOWN).map(({ courier, metres, load }) => (
          <label key={courier.id} class="choice">
            <input type="radio" name="courier" checked={chosen === courier.id} onChange={() => choose(courier.id)} />
            <StateMark state={stateOf(city, courier)} />
            <span class="roster-name">
              <bdi>
                {courier.firstName} {courier.lastName}
              </bdi>
            </span>
            <span class="muted meta">
              {load > 0 && `${t('deliveries', { n: load })} · `}
              {metres === null ? t('no_position') : distance(metres, locale.value)}
            </span>
          </label>
        ))}
      </div>
    </ReasonForm>
  );
}

interface Option {
  courier: StaffCourier;
  metres: number | null;
  load: number;
}

function couriersFor(city: City, order: Order, delivery: Delivery, wanted: string): Option[] {
  const pickup = { lat: order.pickup.latitude, lng: order.pickup.longitude };
  const text = wanted.trim().toLowerCase();
  const options = [...city.roster.couriers.values()]
    .filter((one) => one.status === 'online' || one.status === 'on_delivery')
    .filter((one) => one.id !== delivery.courierId)
    .filter((one) => `${one.firstName} ${one.lastName}`.toLowerCase().includes(text))
    .map((courier) => {
      const live = city.fleet.couriers.get(courier.id);
      return { courier, metres: live ? distanceM(live, pickup) : null, load: city.orders.ofCourier(courier.id).length };
    });
  return options.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity));
}
