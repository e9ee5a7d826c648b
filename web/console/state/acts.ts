// What a dispatcher can do about an open order, by where its delivery stands.
import { may } from '../../lib/api/permissions';
import type { DeliveryStatus } from '../../lib/api/views';

export type Act = 'assign' | 'again' | 'unassign' | 'fail' | 'brought_back' | 'cancel';

const ACTS: Record<DeliveryStatus, readonly Act[]> = {
  pending: ['assign', 'cancel'],
  assigned_to_courier: ['assign', 'unassign', 'cancel'],
  picked_up: ['fail'],
  in_transit: ['fail'],
  failed: ['brought_back'],
  returned: ['again', 'cancel'],
  delivered: [],
  cancelled: ['cancel'],
};

/** Return the acts that are possible, the likeliest first; null stands for no delivery yet. */
export function actsFor(status: DeliveryStatus | null, permissions: readonly string[]): readonly Act[] {
  const possible: readonly Act[] = status === null ? ['cancel'] : ACTS[status];
  return possible.filter((act) => may(permissions, act === 'cancel' ? 'order:manage' : 'dispatch:write'));
}

const ABOARD: ReadonlySet<DeliveryStatus> = new Set(['picked_up', 'in_transit', 'failed']);

/** Tell whether the courier has the goods. */
export function hasGoods(status: DeliveryStatus | null): boolean {
  return status !== null && ABOARD.has(status);
}
