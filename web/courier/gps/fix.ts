// One GPS reading of this phone, and its 20 bytes on the wire (docs/api/realtime.md, section 3).

export interface Fix {
  seq: number;
  /** Business time, milliseconds. */
  tMs: number;
  lat: number;
  lng: number;
  speedMps: number | null;
  headingDeg: number | null;
  accuracyM: number | null;
  /** Kept back while there was no connection. */
  backfill: boolean;
}

export const FIX_BYTES = 20;
const UNKNOWN = 255;
const BACKFILL = 16;

/** Return fixes as base64 of little-endian records; times count from the epoch (Unix seconds). */
export function packFixes(epoch: number, fixes: readonly Fix[]): string {
  const bytes = new Uint8Array(fixes.length * FIX_BYTES);
  const view = new DataView(bytes.buffer);
  fixes.forEach((fix, i) => {
    const at = i * FIX_BYTES;
    view.setUint32(at, fix.seq, true);
    view.setUint32(at + 4, Math.max(0, Math.round(fix.tMs) - epoch * 1000), true);
    view.setInt32(at + 8, Math.round(fix.lat * 1e7), true);
    view.setInt32(at + 12, Math.round(fix.lng * 1e7), true);
    view.setUint8(at + 16, known(fix.speedMps, (mps) => mps * 4));
    view.setUint8(at + 17, known(fix.headingDeg, (deg) => ((((deg % 360) + 360) % 360) * 256) / 360));
    view.setUint8(at + 18, known(fix.accuracyM, (metres) => metres));
    view.setUint8(at + 19, fix.backfill ? BACKFILL : 0);
  });
  return btoa(String.fromCharCode(...bytes));
}

function known(value: number | null, scale: (value: number) => number): number {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  return Math.min(UNKNOWN - 1, Math.max(0, Math.round(scale(value))));
}
