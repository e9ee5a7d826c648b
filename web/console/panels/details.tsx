// The panel on the other side: the selected order or courier, else everybody on shift.
import type { JSX } from 'preact';
import { selection } from '../state/choice';
import type { City } from '../state/city';
import { t } from '../speech';
import { CourierDetail } from './courier_detail';
import { OrderDetail } from './order_detail';
import { RosterPanel } from './roster_panel';

export function Details({ city }: { city: City }): JSX.Element {
  const chosen = selection.value;
  return (
    <aside id="details" class="panel details" tabIndex={-1} aria-label={t('details')}>
      {chosen?.kind === 'order' ? (
        <OrderDetail key={chosen.id} city={city} orderId={chosen.id} />
      ) : chosen?.kind === 'courier' ? (
        <CourierDetail key={chosen.id} city={city} courierId={chosen.id} />
      ) : (
        <RosterPanel city={city} />
      )}
    </aside>
  );
}
