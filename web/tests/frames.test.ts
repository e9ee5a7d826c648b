// Frames of our Python encoder come out as the couriers they were made from.
import { describe, expect, test } from 'vitest';
import { decodeRecords, resolutionOf, STATES } from '../lib/live/frames';
import golden from './golden/frames.json';

describe('map frames', () => {
  for (const { cell, middle, records, couriers } of golden.frames) {
    test(`a frame of resolution ${resolutionOf(cell)} gives every courier back`, () => {
      const found = decodeRecords(records, cell, middle as [number, number]);
      expect(found).toHaveLength(couriers.length);
      found.forEach((record, i) => {
        const wanted = couriers[i]!;
        expect(record.ref).toBe(wanted.ref);
        expect(record.lat).toBeCloseTo(wanted.lat, 9);
        expect(record.lng).toBeCloseTo(wanted.lng, 9);
        expect(record.headingDeg).toBeCloseTo(wanted.headingDeg, 9);
        expect(record.speedMps).toBeCloseTo(Math.hypot(wanted.northMps, wanted.eastMps), 9);
        expect(record.ageS).toBeCloseTo(wanted.ageS, 9);
        expect(record.state).toBe(STATES[wanted.state]);
        expect(record.stale).toBe(wanted.stale);
      });
    });
  }

  test('an empty frame holds nobody', () => {
    expect(decodeRecords('', golden.frames[0]!.cell, [0, 0])).toEqual([]);
  });

  test('half a record is refused', () => {
    expect(() => decodeRecords('AAAA', golden.frames[0]!.cell, [0, 0])).toThrow(/12 bytes/);
  });

  test('a resolution without a unit is refused', () => {
    expect(() => decodeRecords('', '8839220f1ffffff', [0, 0])).toThrow(/resolution 8/);
  });
});
