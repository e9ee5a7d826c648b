// What to tell about an order: one sentence, the steps so far, and an arrival time that stays calm.
import { distanceM } from '../lib/map/mercator';
import type { TrackingView } from './view';

export type Chapter =
  | 'received'
  | 'preparing'
  | 'looking'
  | 'to_shop'
  | 'at_shop'
  | 'other_stops'
  | 'on_the_way'
  | 'nearby'
  | 'at_door'
  | 'delivered'
  | 'failed'
  | 'returning'
  | 'cancelled';

const NEARBY_M = 350;

/** Return where the story stands at a business time. */
export function chapterOf(view: TrackingView, nowMs: number): Chapter {
  if (view.orderStatus === 'cancelled' || view.orderStatus === 'refunded') return 'cancelled';
  switch (view.deliveryStatus) {
    case 'delivered':
      return 'delivered';
    case 'failed':
      return 'failed';
    case 'returned':
      return 'returning';
    case 'picked_up':
    case 'in_transit':
      if (view.reachedAt !== null) return 'at_door';
      if (view.stopsBefore > 0) return 'other_stops';
      return isNearby(view) ? 'nearby' : 'on_the_way';
    case 'assigned_to_courier':
      return view.reachedAt === null ? 'to_shop' : 'at_shop';
    default:
      return beforeCourier(view, nowMs);
  }
}

function beforeCourier(view: TrackingView, nowMs: number): Chapter {
  if (isReadyNow(view, nowMs)) return 'looking';
  if (view.orderStatus === 'preparing') return 'preparing';
  return view.orderStatus === 'delivered' || view.orderStatus === 'completed' ? 'delivered' : 'received';
}

/** Tell whether it can be fetched: a shop says so itself, a sender says beforehand from when on. */
function isReadyNow({ orderStatus, readyAt, companyName }: TrackingView, nowMs: number): boolean {
  return orderStatus === 'ready_for_delivery' && (companyName !== null || Date.parse(readyAt) <= nowMs);
}

function isNearby({ position, dropoff }: TrackingView): boolean {
  if (!position?.exact) return false;
  const courier = { lat: position.latitude, lng: position.longitude };
  return distanceM(courier, { lat: dropoff.latitude, lng: dropoff.longitude }) < NEARBY_M;
}

const OVER: ReadonlySet<Chapter> = new Set(['delivered', 'cancelled']);

/** Tell whether nothing more will happen; an order that went back may be sent out again. */
export function isOver(chapter: Chapter): boolean {
  return OVER.has(chapter);
}

/** Tell whether somebody is on the way with the order or to it. */
export function isUnderWay(chapter: Chapter): boolean {
  return !isOver(chapter) && chapter !== 'returning';
}

/** Tell whether the courier has the goods. */
export function isAboard(view: TrackingView): boolean {
  return view.deliveryStatus === 'picked_up' || view.deliveryStatus === 'in_transit';
}

export interface Step {
  name: 'ordered' | 'prepared' | 'picked_up' | 'delivered';
  state: 'done' | 'now' | 'ahead';
  /** When it happened or is expected, milliseconds; null where nobody knows. */
  atMs: number | null;
}

/** Return the four steps of an order with their times. */
export function stepsOf(view: TrackingView, etaMs: number | null, nowMs: number): Step[] {
  const isReady = ['in_delivery', 'delivered', 'completed'].includes(view.orderStatus) || isReadyNow(view, nowMs);
  const times: [Step['name'], boolean, number | null][] = [
    ['ordered', true, ms(view.placedAt)],
    ['prepared', isReady || view.pickedUpAt !== null, ms(view.readyAt)],
    ['picked_up', view.pickedUpAt !== null, ms(view.pickedUpAt)],
    ['delivered', view.deliveredAt !== null, ms(view.deliveredAt) ?? etaMs],
  ];
  const current = times.findIndex(([, done]) => !done);
  return times.map(([name, done, atMs], i) => ({
    name,
    state: done ? 'done' : i === current ? 'now' : 'ahead',
    atMs: name === 'prepared' && done ? null : atMs,
  }));
}

const CALM_MS = 2 * 60_000;

/** Return the arrival time to show: it only moves when it moves by two minutes or has passed. */
export function calmEtaMs(shownMs: number | null, toldMs: number | null, nowMs: number): number | null {
  if (shownMs === null || toldMs === null) return toldMs;
  const small = Math.abs(toldMs - shownMs) < CALM_MS;
  return small && shownMs > nowMs ? shownMs : toldMs;
}

/** From when to when an order is expected, milliseconds. */
export interface EtaRange {
  fromMs: number;
  untilMs: number;
}

/** Return the range to show: it moves when an end moves by two minutes, or when it has passed. */
export function calmRange(shown: EtaRange | null, told: EtaRange | null, nowMs: number): EtaRange | null {
  if (!shown || !told) return told;
  const moves = Math.max(Math.abs(told.fromMs - shown.fromMs), Math.abs(told.untilMs - shown.untilMs));
  return moves < CALM_MS && shown.untilMs > nowMs ? shown : told;
}

/** Return the range in whole minutes, rounded outwards; null where there is none or all of it has passed. */
export function rangeToShow(range: EtaRange | null, nowMs: number): EtaRange | null {
  if (!range || range.untilMs <= nowMs) return null;
  const fromMs = Math.floor(Math.max(range.fromMs, nowMs) / 60_000) * 60_000;
  return { fromMs, untilMs: Math.ceil(range.untilMs / 60_000) * 60_000 };
}

/** Tell whether the order will come later than was promised; without an arrival time, whether the promise has passed. */
export function isLate(view: TrackingView, etaMs: number | null, nowMs: number): boolean {
  return (etaMs ?? nowMs) > Date.parse(view.promisedUntil);
}

/** Return how old our knowledge is, milliseconds: the courier's position where there is one, else what was heard last. */
export function ageMs({ position }: TrackingView, nowMs: number, sinceHeardMs: number): number {
  return Math.max(0, position ? nowMs - Date.parse(position.fixedAt) : sinceHeardMs);
}

export function ms(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
