// Couriers on the map: where each is, what it does, and how long its phone has been silent.
import type { PlacedCourier, VehicleType } from '../../lib/api/views';
import { decodeRecords, STATES, type CourierState, type FrameRecord, type Introduction } from '../../lib/live/frames';
import { Pulse } from './pulse';

export interface LiveCourier {
  id: string;
  name: string;
  vehicle: VehicleType;
  lat: number;
  lng: number;
  headingDeg: number;
  speedMps: number;
  state: CourierState;
  /** When the last fix was heard, real time. */
  seenAtMs: number;
  /** How long the last move took to arrive, milliseconds. */
  gapMs: number;
  /** The cell whose frames tell of it; empty where it came over HTTP. */
  cell: string;
}

/** What listens to the fleet: the map. */
export interface Watcher {
  moved: (courier: LiveCourier, isNew: boolean) => void;
  left: (id: string) => void;
}

interface Cell {
  seq: number;
  middle: readonly [number, number];
}

export class Fleet {
  readonly couriers = new Map<string, LiveCourier>();
  readonly pulse = new Pulse();
  watcher: Watcher | null = null;
  private readonly cells = new Map<string, Cell>();
  /** Numbers of couriers on this connection. */
  private readonly names = new Map<number, Introduction>();

  /** `resync` is asked for where frames of a cell were lost. */
  constructor(private readonly resync: (cell: string) => void) {}

  /** Forget the numbering of the last connection; couriers stay until they are told again. */
  newConnection(): void {
    this.cells.clear();
    this.names.clear();
  }

  /** Everything in a cell. */
  snap(
    cell: string,
    seq: number,
    records: string,
    names: Introduction[],
    middle: readonly [number, number],
  ): void {
    this.cells.set(cell, { seq, middle });
    this.introduce(names);
    const found = decodeRecords(records, cell, middle);
    const here = new Set(found.map(({ ref }) => this.names.get(ref)?.[1]));
    for (const one of this.couriers.values()) {
      if (one.cell === cell && !here.has(one.id)) this.remove(one.id);
    }
    for (const record of found) this.take(cell, record);
    this.pulse.beat();
  }

  /** What changed in a cell. */
  tick(cell: string, seq: number, records: string, names: Introduction[], left: number[]): void {
    const known = this.cells.get(cell);
    if (!known) return;
    if (seq !== known.seq + 1) return this.lost(cell);
    known.seq = seq;
    this.introduce(names);
    for (const record of decodeRecords(records, cell, known.middle)) this.take(cell, record);
    for (const ref of left) {
      const id = this.names.get(ref)?.[1];
      // It may have entered another cell already.
      if (id && this.couriers.get(id)?.cell === cell) this.remove(id);
    }
    this.pulse.beat();
  }

  /** Positions over HTTP, where frames do not come through. */
  takePlaced(
    placed: PlacedCourier[],
    businessNowMs: number,
    speed: number,
    stateOf: (courier: PlacedCourier) => CourierState,
  ): void {
    const here = new Set(placed.map(({ id }) => id));
    for (const { id } of this.couriers.values()) if (!here.has(id)) this.remove(id);
    for (const one of placed) {
      const silentMs = Math.max(0, businessNowMs - Date.parse(one.fixedAt)) / speed;
      this.put({
        id: one.id,
        name: one.name,
        vehicle: one.vehicleType,
        lat: one.latitude,
        lng: one.longitude,
        headingDeg: one.headingDeg ?? 0,
        speedMps: one.speedMps ?? 0,
        state: stateOf(one),
        seenAtMs: Date.now() - silentMs,
        gapMs: 0,
        cell: '',
      });
    }
    this.pulse.beat();
  }

  /** Keep only who is inside a box; of others no news would come. */
  keepInside(minLat: number, minLng: number, maxLat: number, maxLng: number): void {
    for (const { id, lat, lng } of this.couriers.values()) {
      const inside = lat >= minLat && lat <= maxLat && lng >= minLng && lng <= maxLng;
      if (!inside) this.remove(id);
    }
    this.pulse.beat();
  }

  /** Take out a courier who went offline. */
  remove(id: string): void {
    if (this.couriers.delete(id)) this.watcher?.left(id);
  }

  /** Return how many couriers are in each state. */
  counts(): Record<CourierState, number> {
    const found = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<CourierState, number>;
    for (const { state } of this.couriers.values()) found[state] += 1;
    return found;
  }

  /** Ask for a cell again, once: until it comes its frames mean nothing. */
  private lost(cell: string): void {
    if (this.cells.delete(cell)) this.resync(cell);
  }

  private introduce(names: Introduction[]): void {
    for (const name of names) this.names.set(name[0], name);
  }

  private take(cell: string, record: FrameRecord): void {
    const name = this.names.get(record.ref);
    if (!name) return this.lost(cell);
    const known = this.couriers.get(name[1]);
    const seenAtMs = Date.now() - record.ageS * 1000;
    const older = known !== undefined && record.ageS >= 25.5;
    this.put({
      id: name[1],
      name: name[2],
      vehicle: name[3] as VehicleType,
      lat: record.lat,
      lng: record.lng,
      headingDeg: record.headingDeg,
      speedMps: record.speedMps,
      state: record.state,
      seenAtMs: older ? Math.min(known.seenAtMs, seenAtMs) : seenAtMs,
      gapMs: known ? Math.max(0, seenAtMs - known.seenAtMs) : 0,
      cell,
    });
  }

  private put(courier: LiveCourier): void {
    const isNew = !this.couriers.has(courier.id);
    this.couriers.set(courier.id, courier);
    this.watcher?.moved(courier, isNew);
  }
}

const DIM_MS = 30_000;
const HOLLOW_MS = 120_000;

/** Return 0 for a live position, 1 for one that grows old, 2 for one not to rely on. */
export function stalenessOf(courier: LiveCourier, nowMs: number): 0 | 1 | 2 {
  const silentMs = nowMs - courier.seenAtMs;
  return silentMs < DIM_MS ? 0 : silentMs < HOLLOW_MS ? 1 : 2;
}
