// Where couriers are and where they glide to, laid out in memory as the graphics card reads it.
import { mercatorX, mercatorY, type LatLng } from './mercator';

/** Bytes of one courier: six float32 (from, to, start, duration), then four bytes of looks. */
export const STRIDE = 28;
const FLOATS = STRIDE / 4;

/** Positions are kept in this unit from a fixed origin: a float32 of the whole world is too coarse. */
export const UNIT = 1 / 2 ** 25;

export interface Look {
  /** Index into the colours of states. */
  state: number;
  headingDeg: number;
  moving: boolean;
  /** 0 live, 1 dim, 2 hollow. */
  staleness: number;
  late: boolean;
  selected: boolean;
  hidden: boolean;
}

const MOVING = 1;
const LATE = 2;
const SELECTED = 4;
const HIDDEN = 8;

/** A growing array of couriers; what changed is sent to the graphics card in one piece. */
export class CourierBuffer {
  readonly origin: readonly [x: number, y: number];
  count = 0;
  /** Until when something glides, seconds on the buffer's clock. */
  restlessUntilS = 0;
  /** The part that changed since the last upload, as slots; empty when first > last. */
  first = Infinity;
  last = -1;
  private bytes: ArrayBuffer;
  private floats: Float32Array;
  private looks: Uint8Array;

  constructor(origin: LatLng, capacity = 64) {
    this.origin = [mercatorX(origin.lng), mercatorY(origin.lat)];
    this.bytes = new ArrayBuffer(capacity * STRIDE);
    this.floats = new Float32Array(this.bytes);
    this.looks = new Uint8Array(this.bytes);
  }

  get memory(): ArrayBuffer {
    return this.bytes;
  }

  /** Let a courier glide to a place within `glideS`; zero means at once. */
  move(slot: number, place: LatLng, nowS: number, glideS: number): void {
    this.reach(slot);
    const at = slot * FLOATS;
    const [x, y] = this.at(slot, nowS);
    const toX = (mercatorX(place.lng) - this.origin[0]) / UNIT;
    const toY = (mercatorY(place.lat) - this.origin[1]) / UNIT;
    const glides = glideS > 0;
    this.floats.set([glides ? x : toX, glides ? y : toY, toX, toY, nowS, Math.max(glideS, 1e-3)], at);
    if (glides) this.restlessUntilS = Math.max(this.restlessUntilS, nowS + glideS);
    this.touch(slot);
  }

  dress(slot: number, look: Look): void {
    this.reach(slot);
    const flags =
      (look.moving ? MOVING : 0) |
      (look.late ? LATE : 0) |
      (look.selected ? SELECTED : 0) |
      (look.hidden ? HIDDEN : 0);
    const heading = Math.round((look.headingDeg * 256) / 360) & 255;
    this.looks.set([look.state, flags, heading, look.staleness], slot * STRIDE + 24);
    this.touch(slot);
  }

  /** Take a courier out; the last one moves into the gap. Returns the slot it came from. */
  remove(slot: number): number {
    const last = this.count - 1;
    this.looks.copyWithin(slot * STRIDE, last * STRIDE, (last + 1) * STRIDE);
    this.count = last;
    if (slot < last) this.touch(slot);
    return last;
  }

  /** Return where a courier is shown at a moment, in units from the origin. */
  at(slot: number, nowS: number): [x: number, y: number] {
    const at = slot * FLOATS;
    const [fromX = 0, fromY = 0, toX = 0, toY = 0, startS = 0, glideS = 1] = this.floats.subarray(at, at + 6);
    const share = Math.min(1, Math.max(0, (nowS - startS) / glideS));
    return [fromX + (toX - fromX) * share, fromY + (toY - fromY) * share];
  }

  /** Return where a courier is shown, in mercator units. */
  mercatorAt(slot: number, nowS: number): [x: number, y: number] {
    const [x, y] = this.at(slot, nowS);
    return [this.origin[0] + x * UNIT, this.origin[1] + y * UNIT];
  }

  /** Forget what changed: it has been sent. */
  sent(): void {
    this.first = Infinity;
    this.last = -1;
  }

  private touch(slot: number): void {
    this.first = Math.min(this.first, slot);
    this.last = Math.max(this.last, slot);
  }

  private reach(slot: number): void {
    this.count = Math.max(this.count, slot + 1);
    if (this.count * STRIDE <= this.bytes.byteLength) return;
    const larger = new ArrayBuffer(this.bytes.byteLength * 2);
    new Uint8Array(larger).set(this.looks);
    this.bytes = larger;
    this.floats = new Float32Array(larger);
    this.looks = new Uint8Array(larger);
    this.first = 0;
  }
}
