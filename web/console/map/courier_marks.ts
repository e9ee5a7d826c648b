// The couriers of the fleet as marks of the map layer: slots, looks, and which one is under the pointer.
import { CourierBuffer } from '../../lib/map/courier_buffer';
import type { LatLng } from '../../lib/map/mercator';
import { STATES, type CourierState } from '../../lib/live/frames';
import { stalenessOf, type LiveCourier } from '../state/fleet';

const MOVING_MPS = 0.5;
const LONGEST_GLIDE_S = 3.5;
const SHORTEST_GLIDE_S = 0.25;

/** What the marks depend on besides the couriers themselves. */
export interface Emphasis {
  selectedId: string | null;
  late: ReadonlySet<string>;
  hidden: ReadonlySet<CourierState>;
}

export class CourierMarks {
  readonly buffer: CourierBuffer;
  private readonly ids: string[] = [];
  private readonly slots = new Map<string, number>();
  private emphasis: Emphasis = { selectedId: null, late: new Set(), hidden: new Set() };

  constructor(origin: LatLng) {
    this.buffer = new CourierBuffer(origin);
  }

  /** Let a courier glide to where it is now. */
  move(courier: LiveCourier, nowS: number, glides: boolean): void {
    let slot = this.slots.get(courier.id);
    const isNew = slot === undefined;
    if (slot === undefined) {
      slot = this.buffer.count;
      this.slots.set(courier.id, slot);
      this.ids[slot] = courier.id;
    }
    const gapS = courier.gapMs / 1000;
    const glideS = isNew || !glides || gapS <= 0 ? 0 : Math.min(LONGEST_GLIDE_S, Math.max(SHORTEST_GLIDE_S, gapS));
    this.buffer.move(slot, courier, nowS, glideS);
    this.dress(slot, courier, Date.now());
  }

  remove(id: string): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    const last = this.buffer.remove(slot);
    this.slots.delete(id);
    const moved = this.ids.pop();
    if (last !== slot && moved !== undefined) {
      this.ids[slot] = moved;
      this.slots.set(moved, slot);
    }
  }

  /** Dress all couriers anew: time passed, or something else is selected. */
  dressAll(couriers: ReadonlyMap<string, LiveCourier>, emphasis: Emphasis, nowMs: number): void {
    this.emphasis = emphasis;
    for (const [id, slot] of this.slots) {
      const courier = couriers.get(id);
      if (courier) this.dress(slot, courier, nowMs);
    }
  }

  /** Return where a courier is shown now, in mercator units. */
  placeOf(id: string, nowS: number): [x: number, y: number] | null {
    const slot = this.slots.get(id);
    return slot === undefined ? null : this.buffer.mercatorAt(slot, nowS);
  }

  /** Return the couriers shown within a reach of a place (mercator units), the nearest first. */
  near(x: number, y: number, reach: number, nowS: number, couriers: ReadonlyMap<string, LiveCourier>): string[] {
    const found: { id: string; far: number }[] = [];
    for (const [id, slot] of this.slots) {
      const [atX, atY] = this.buffer.mercatorAt(slot, nowS);
      const far = Math.hypot(atX - x, atY - y);
      const state = couriers.get(id)?.state;
      if (far <= reach && state && !this.emphasis.hidden.has(state)) found.push({ id, far });
    }
    return found.sort((a, b) => a.far - b.far).map(({ id }) => id);
  }

  private dress(slot: number, courier: LiveCourier, nowMs: number): void {
    const { selectedId, late, hidden } = this.emphasis;
    this.buffer.dress(slot, {
      state: STATES.indexOf(courier.state),
      headingDeg: courier.headingDeg,
      moving: courier.speedMps > MOVING_MPS,
      staleness: stalenessOf(courier, nowMs),
      late: late.has(courier.id),
      selected: courier.id === selectedId,
      hidden: hidden.has(courier.state),
    });
  }
}
