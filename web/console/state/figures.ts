// The figures above the map that the console counts itself: how the city does now.
import type { StaffCourier } from '../../lib/api/views';
import { isOpen, stageOf, urgencyOf, type OrderRow } from './slack';

export interface Figures {
  onShift: number;
  free: number;
  busy: number;
  onBreak: number;
  open: number;
  unassigned: number;
  late: number;
}

export function figuresOf(
  rows: Iterable<OrderRow>,
  couriers: Iterable<StaffCourier>,
  nowMs: number,
): Figures {
  const open = [...rows].filter(isOpen);
  const shift = [...couriers].filter((one) => one.status !== 'offline');
  const count = (status: StaffCourier['status']): number =>
    shift.filter((one) => one.status === status).length;
  return {
    onShift: shift.length,
    free: count('online'),
    busy: count('on_delivery'),
    onBreak: count('on_break'),
    open: open.length,
    unassigned: open.filter((row) => stageOf(row, false, nowMs) === 'unassigned').length,
    late: open.filter((row) => urgencyOf(row, nowMs) === 'late').length,
  };
}
