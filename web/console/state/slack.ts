// How pressed an order is: its stage, how much later it may come, and which list it belongs in.
import type { Delivery, Order, OrderStatus } from '../../lib/api/views';

export interface OrderRow {
  order: Order;
  delivery: Delivery | null;
}

export type Stage =
  /** For later: dispatch does not plan it yet. */
  | 'planned'
  | 'unassigned'
  | 'offered'
  | 'assigned'
  | 'aboard'
  | 'failed'
  | 'returned'
  | 'delivered'
  | 'cancelled';

export type Urgency = 'calm' | 'at_risk' | 'late' | 'over';

/** The lists a dispatcher works through. */
export const GROUPS = ['open', 'unassigned', 'at_risk', 'aboard', 'done'] as const;
export type Group = (typeof GROUPS)[number];

export const OPEN_STATUSES: readonly OrderStatus[] = [
  'pending',
  'confirmed',
  'preparing',
  'ready_for_delivery',
  'in_delivery',
];
const OPEN: ReadonlySet<OrderStatus> = new Set(OPEN_STATUSES);
const GONE: ReadonlySet<OrderStatus> = new Set(['cancelled', 'refunded']);

/** As far ahead dispatch plans: `horizon_s` of its policy. */
const HORIZON_MS = 40 * 60_000;
const RISK_MS = 5 * 60_000;
const RISK_WITHOUT_COURIER_MS = 15 * 60_000;

/** Tell whether there is still something to do; news of the delivery come before those of its order. */
export function isOpen({ order, delivery }: OrderRow): boolean {
  return OPEN.has(order.status) && delivery?.status !== 'delivered';
}

/** Return where an order stands for dispatch; `offered` tells whether somebody is being asked. */
export function stageOf(row: OrderRow, offered: boolean, nowMs: number): Stage {
  if (GONE.has(row.order.status)) return 'cancelled';
  if (!isOpen(row)) return 'delivered';
  switch (row.delivery?.status) {
    case 'assigned_to_courier':
      return 'assigned';
    case 'picked_up':
    case 'in_transit':
      return 'aboard';
    case 'failed':
      return 'failed';
    case 'returned':
      return 'returned';
    default:
      if (offered) return 'offered';
      return Date.parse(row.order.readyAt) > nowMs + HORIZON_MS ? 'planned' : 'unassigned';
  }
}

/**
 * Return how much later the order could come and still keep its promise, milliseconds; below zero
 * it is late. Without an ETA the time until the promise ends is all we know.
 */
export function slackMs(row: OrderRow, nowMs: number): number {
  const etaMs = row.delivery?.etaAt ? Date.parse(row.delivery.etaAt) : nowMs;
  return Date.parse(row.order.promisedUntil) - Math.max(etaMs, nowMs);
}

export function urgencyOf(row: OrderRow, nowMs: number): Urgency {
  if (!isOpen(row)) return 'over';
  const slack = slackMs(row, nowMs);
  if (slack < 0) return 'late';
  const risk = row.delivery?.courierId ? RISK_MS : RISK_WITHOUT_COURIER_MS;
  return slack < risk ? 'at_risk' : 'calm';
}

/** Return the lists that show the order. */
export function groupsOf(row: OrderRow, nowMs: number): Group[] {
  const urgency = urgencyOf(row, nowMs);
  if (urgency === 'over') return ['done'];
  const stage = stageOf(row, false, nowMs);
  const found: Group[] = ['open'];
  if (stage === 'unassigned') found.push('unassigned');
  if (urgency !== 'calm') found.push('at_risk');
  if (stage === 'aboard') found.push('aboard');
  return found;
}

/** Return the rows of a list: open ones by slack, finished ones newest first. */
export function listed(rows: Iterable<OrderRow>, group: Group, search: string, nowMs: number): OrderRow[] {
  const wanted = search.trim().toLowerCase();
  const found = [...rows].filter(
    (row) => groupsOf(row, nowMs).includes(group) && (wanted === '' || textOf(row).includes(wanted)),
  );
  if (group === 'done') return found.sort((a, b) => endOf(b).localeCompare(endOf(a)));
  return found.sort((a, b) => slackMs(a, nowMs) - slackMs(b, nowMs) || a.order.id.localeCompare(b.order.id));
}

function endOf({ order, delivery }: OrderRow): string {
  return delivery?.deliveredAt ?? order.placedAt;
}

function textOf({ order }: OrderRow): string {
  const { pickup, dropoff } = order;
  const words = [
    order.orderNumber,
    pickup.address,
    dropoff.address,
    pickup.contactName,
    dropoff.contactName,
    dropoff.contactPhone,
    order.gift?.recipientName,
  ];
  return words.filter(Boolean).join('\n').toLowerCase();
}
