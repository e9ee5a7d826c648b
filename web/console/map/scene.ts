// What the map shows of orders: pins that wait, the stops and the way of what is selected.
import type { LatLng } from '../../lib/map/mercator';
import type { Selection } from '../state/choice';
import type { City } from '../state/city';
import { isOpen, stageOf, urgencyOf, type OrderRow } from '../state/slack';
import type { Stop } from './city_map';
import type { WaitingPin } from './overlays';

/** Return the pickups that wait for a courier. */
export function waitingPins(city: City): WaitingPin[] {
  const nowMs = city.installation.clock.nowMs();
  const waiting = [...city.orders.rows.values()].filter((row) => stageOf(row, false, nowMs) === 'unassigned');
  return waiting.map((row) => ({
    orderId: row.order.id,
    place: pickupOf(row),
    urgent: urgencyOf(row, nowMs) === 'late',
  }));
}

/** Return the couriers who carry something that will be late. */
export function lateCouriers(city: City): Set<string> {
  const nowMs = city.installation.clock.nowMs();
  const found = new Set<string>();
  for (const row of city.orders.rows.values()) {
    const id = row.delivery?.courierId;
    if (id && isOpen(row) && urgencyOf(row, nowMs) === 'late') found.add(id);
  }
  return found;
}

/** Return the selected courier, or the one of the selected order. */
export function courierOf(city: City, chosen: Selection): string | null {
  if (chosen?.kind === 'courier') return chosen.id;
  return rowsOf(city, chosen)[0]?.delivery?.courierId ?? null;
}

/** Return pickups and dropoffs of the selected order or courier. */
export function stopsOf(city: City, chosen: Selection): Stop[] {
  return rowsOf(city, chosen).flatMap((row) => [
    { place: pickupOf(row), kind: 'pickup' as const, done: isFetched(row) },
    { place: dropoffOf(row), kind: 'dropoff' as const, done: !isOpen(row) },
  ]);
}

/** Return the places still ahead, from where the courier is now. */
export function wayOf(city: City, chosen: Selection): LatLng[] {
  const rows = rowsOf(city, chosen).filter(isOpen);
  const courierId = courierOf(city, chosen);
  const courier = courierId ? city.fleet.couriers.get(courierId) : undefined;
  const ahead = rows.flatMap((row) => (isFetched(row) ? [dropoffOf(row)] : [pickupOf(row), dropoffOf(row)]));
  return courier ? [{ lat: courier.lat, lng: courier.lng }, ...ahead] : ahead;
}

/** Return what to bring into sight. */
export function placesOf(city: City, chosen: Selection): LatLng[] {
  return [...stopsOf(city, chosen).map((stop) => stop.place), ...wayOf(city, chosen)];
}

function rowsOf(city: City, chosen: Selection): OrderRow[] {
  if (chosen?.kind === 'courier') return city.orders.ofCourier(chosen.id);
  const row = chosen ? city.orders.rows.get(chosen.id) : undefined;
  return row ? [row] : [];
}

function isFetched({ delivery }: OrderRow): boolean {
  return delivery !== null && delivery.pickedUpAt !== null && delivery.status !== 'pending';
}

function pickupOf({ order }: OrderRow): LatLng {
  return { lat: order.pickup.latitude, lng: order.pickup.longitude };
}

function dropoffOf({ order }: OrderRow): LatLng {
  return { lat: order.dropoff.latitude, lng: order.dropoff.longitude };
}
