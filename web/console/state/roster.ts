// Every courier of the installation with status and vehicle, as staff know them.
import type { Session } from '../../lib/api/session';
import type { CourierStatus, StaffCourier } from '../../lib/api/views';
import { Pulse } from './pulse';

export interface CourierNews {
  courierId: string;
  status: CourierStatus;
}

const COURIERS = '/api/v1/admin/couriers';

export class Roster {
  readonly couriers = new Map<string, StaffCourier>();
  readonly pulse = new Pulse();
  private readonly asked = new Set<string>();

  constructor(private readonly session: Session) {}

  async load(): Promise<void> {
    const found = await this.session.all<StaffCourier>(COURIERS, {}, 20_000);
    this.couriers.clear();
    for (const one of found) this.couriers.set(one.id, one);
    this.pulse.beatNow();
  }

  /** Return the name of a courier, or the beginning of the id until it is known. */
  nameOf(courierId: string): string {
    const known = this.couriers.get(courierId);
    if (!known) this.fetch(courierId).catch(() => undefined);
    return known ? `${known.firstName} ${known.lastName}` : courierId.slice(-6);
  }

  async statusChanged({ courierId, status }: CourierNews): Promise<void> {
    const known = this.couriers.get(courierId);
    if (!known) return this.fetch(courierId);
    this.couriers.set(courierId, { ...known, status });
    this.pulse.beat();
  }

  private async fetch(courierId: string): Promise<void> {
    if (this.asked.has(courierId)) return;
    this.asked.add(courierId);
    const found = await this.session.get<StaffCourier>(`${COURIERS}/${courierId}`);
    this.couriers.set(courierId, found);
    this.asked.delete(courierId);
    this.pulse.beat();
  }
}
