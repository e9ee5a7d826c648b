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
    if (!known && !this.asked.has(courierId)) {
      this.asked.add(courierId); // once: a name is asked for at every drawing
      this.read(courierId).catch(() => undefined);
    }
    return known ? `${known.firstName} ${known.lastName}` : courierId.slice(-6);
  }

  /** Return who applied and waits for an answer, the first first. */
  applicants(): StaffCourier[] {
    const waiting = [...this.couriers.values()].filter((one) => one.verificationStatus === 'pending');
    return waiting.sort((a, b) => a.id.localeCompare(b.id)); // ids grow with time
  }

  verify(courierId: string): Promise<void> {
    return this.decide(courierId, { status: 'verified' });
  }

  /** Turn an applicant away; the reason is shown to them. */
  reject(courierId: string, reason: string): Promise<void> {
    return this.decide(courierId, { status: 'rejected', reason });
  }

  verificationChanged({ courierId }: { courierId: string }): Promise<void> {
    return this.read(courierId);
  }

  async statusChanged({ courierId, status }: CourierNews): Promise<void> {
    const known = this.couriers.get(courierId);
    if (!known) return this.read(courierId);
    this.couriers.set(courierId, { ...known, status });
    this.pulse.beat();
  }

  private async decide(courierId: string, decision: object): Promise<void> {
    const found = await this.session.put<StaffCourier>(`${COURIERS}/${courierId}/verification`, decision);
    this.couriers.set(courierId, found);
    this.pulse.beatNow();
  }

  private async read(courierId: string): Promise<void> {
    const found = await this.session.get<StaffCourier>(`${COURIERS}/${courierId}`);
    this.couriers.set(courierId, found);
    this.pulse.beat();
  }
}
