// The figures above the map: how the city does now, and how it did in the last hour.
import type { StaffCourier } from '../../lib/api/views';
import { isOpen, urgencyOf, type OrderRow } from './slack';

const HOUR_MS = 3_600_000;

export interface Figures {
  onShift: number;
  free: number;
  busy: number;
  onBreak: number;
  open: number;
  unassigned: number;
  late: number;
  deliveredLastHour: number;
  /** Share of the last hour's deliveries that kept their promise; null where there were none. */
  onTimeShare: number | null;
  /** Median from order to door, last hour, milliseconds. */
  doorMs: number | null;
}

export function figuresOf(
  rows: Iterable<OrderRow>,
  couriers: Iterable<StaffCourier>,
  nowMs: number,
): Figures {
  const all = [...rows];
  const open = all.filter(isOpen);
  const shift = [...couriers].filter((one) => one.status !== 'offline');
  const count = (status: StaffCourier['status']): number =>
    shift.filter((one) => one.status === status).length;
  return {
    onShift: shift.length,
    free: count('online'),
    busy: count('on_delivery'),
    onBreak: count('on_break'),
    open: open.length,
    unassigned: open.filter((row) => !row.delivery?.courierId).length,
    late: open.filter((row) => urgencyOf(row, nowMs) === 'late').length,
    ...lastHour(all, nowMs),
  };
}

function lastHour(
  rows: OrderRow[],
  nowMs: number,
): Pick<Figures, 'deliveredLastHour' | 'onTimeShare' | 'doorMs'> {
  const done = rows.flatMap(({ order, delivery }) => {
    const atMs = delivery?.deliveredAt ? Date.parse(delivery.deliveredAt) : Number.NaN;
    if (!(atMs > nowMs - HOUR_MS)) return [];
    return [{ onTime: atMs <= Date.parse(order.promisedUntil), tookMs: atMs - Date.parse(order.placedAt) }];
  });
  const onTime = done.filter((one) => one.onTime).length;
  return {
    deliveredLastHour: done.length,
    onTimeShare: done.length ? onTime / done.length : null,
    doorMs: median(done.map((one) => one.tookMs)),
  };
}

export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
