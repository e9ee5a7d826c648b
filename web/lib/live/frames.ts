// Map frames of the realtime protocol (docs/api/realtime.md, section 4), decoded: bytes to couriers.

const RECORD_BYTES = 12;

/** What a courier is doing, as frames number it. */
export const STATES = ['free', 'to_pickup', 'carrying', 'at_stop', 'on_break'] as const;
export type CourierState = (typeof STATES)[number];

/** One courier of a frame; degrees, metres per second, seconds. */
export interface FrameRecord {
  ref: number;
  lat: number;
  lng: number;
  headingDeg: number;
  speedMps: number;
  /** How long the phone had been silent when the frame was sent; 25.5 means that or more. */
  ageS: number;
  state: CourierState;
  stale: boolean;
}

/** `[ref, courierId, name, vehicle]` */
export type Introduction = [ref: number, id: string, name: string, vehicle: string];

const UNIT_DEG: Record<number, number> = { 7: 1e-6, 5: 1e-5 };

/** Return the resolution written in an H3 index of 15 hexadecimal digits. */
export function resolutionOf(cell: string): number {
  return Number.parseInt(cell.charAt(1), 16);
}

/** Return the couriers of a frame; offsets in it count from the middle of its cell. */
export function decodeRecords(
  text: string,
  cell: string,
  middle: readonly [lat: number, lng: number],
): FrameRecord[] {
  const unit = UNIT_DEG[resolutionOf(cell)];
  if (unit === undefined) throw new RangeError(`no frames of resolution ${resolutionOf(cell)}`);
  const bytes = bytesOf(text);
  if (bytes.length % RECORD_BYTES) throw new RangeError(`records are ${RECORD_BYTES} bytes each`);
  const view = new DataView(bytes.buffer);
  const found: FrameRecord[] = [];
  for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
    const state = view.getUint8(at + 10);
    const north = view.getInt8(at + 6) / 2;
    const east = view.getInt8(at + 7) / 2;
    found.push({
      ref: view.getUint16(at, true),
      lat: middle[0] + view.getInt16(at + 2, true) * unit,
      lng: middle[1] + view.getInt16(at + 4, true) * unit,
      speedMps: Math.hypot(north, east),
      headingDeg: (view.getUint8(at + 8) * 360) / 256,
      ageS: view.getUint8(at + 9) / 10,
      state: STATES[state & 15] ?? 'free',
      stale: (state & 16) !== 0,
    });
  }
  return found;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
