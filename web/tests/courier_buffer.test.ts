// Couriers in the graphics card's memory: gliding, dressing, leaving.
import { describe, expect, test } from 'vitest';
import { CourierBuffer, STRIDE, UNIT, type Look } from '../lib/map/courier_buffer';
import { fromOrigin } from '../lib/map/courier_layer';
import { distanceM, mercatorX, mercatorY, unitsPerMetre } from '../lib/map/mercator';

const ORIGIN = { lat: 41.15, lng: -8.6 };
const PLAIN: Look = { state: 2, headingDeg: 90, moving: true, staleness: 0, late: false, selected: false, hidden: false };

function metresFrom(buffer: CourierBuffer, slot: number, nowS: number, place: { lat: number; lng: number }): number {
  const [x, y] = buffer.mercatorAt(slot, nowS);
  return Math.hypot(x - mercatorX(place.lng), y - mercatorY(place.lat)) / unitsPerMetre(place.lat);
}

describe('a courier', () => {
  test('is where it was put, to a centimetre', () => {
    const buffer = new CourierBuffer(ORIGIN);
    const place = { lat: 41.1812345, lng: -8.5512345 };
    buffer.move(0, place, 0, 0);
    expect(metresFrom(buffer, 0, 0, place)).toBeLessThan(0.02);
  });

  test('is half way at half time and stays when it has arrived', () => {
    const buffer = new CourierBuffer(ORIGIN);
    const there = { lat: 41.16, lng: -8.6 };
    buffer.move(0, ORIGIN, 0, 0);
    buffer.move(0, there, 10, 2);
    const whole = distanceM(ORIGIN, there);
    expect(metresFrom(buffer, 0, 11, there)).toBeCloseTo(whole / 2, -1);
    expect(metresFrom(buffer, 0, 99, there)).toBeLessThan(0.05);
    expect(buffer.restlessUntilS).toBe(12);
  });

  test('turns from where it is shown, not from where it was going', () => {
    const buffer = new CourierBuffer(ORIGIN);
    buffer.move(0, ORIGIN, 0, 0);
    buffer.move(0, { lat: 41.16, lng: -8.6 }, 0, 2);
    const before = buffer.at(0, 1);
    buffer.move(0, { lat: 41.15, lng: -8.61 }, 1, 2);
    expect(buffer.at(0, 1)[0]).toBeCloseTo(before[0], 2);
    expect(buffer.at(0, 1)[1]).toBeCloseTo(before[1], 2);
  });
});

test('memory grows and keeps what it holds', () => {
  const buffer = new CourierBuffer(ORIGIN, 1);
  for (let slot = 0; slot < 5; slot += 1) buffer.move(slot, { lat: 41 + slot / 100, lng: -8.6 }, 0, 0);
  expect(buffer.memory.byteLength).toBeGreaterThanOrEqual(5 * STRIDE);
  expect(metresFrom(buffer, 0, 0, { lat: 41, lng: -8.6 })).toBeLessThan(0.05);
});

test('the last courier takes the place of one who leaves', () => {
  const buffer = new CourierBuffer(ORIGIN);
  const last = { lat: 41.2, lng: -8.5 };
  buffer.move(0, ORIGIN, 0, 0);
  buffer.move(1, last, 0, 0);
  expect(buffer.remove(0)).toBe(1);
  expect(buffer.count).toBe(1);
  expect(metresFrom(buffer, 0, 0, last)).toBeLessThan(0.05);
});

test('only the part that changed is to be sent', () => {
  const buffer = new CourierBuffer(ORIGIN);
  for (let slot = 0; slot < 9; slot += 1) buffer.move(slot, ORIGIN, 0, 0);
  buffer.sent();
  buffer.dress(3, PLAIN);
  buffer.dress(5, PLAIN);
  expect([buffer.first, buffer.last]).toEqual([3, 5]);
});

test('looks are four bytes: state, flags, heading, staleness', () => {
  const buffer = new CourierBuffer(ORIGIN);
  buffer.move(0, ORIGIN, 0, 0);
  buffer.dress(0, { ...PLAIN, late: true, selected: true, hidden: true, staleness: 2 });
  expect([...new Uint8Array(buffer.memory, 24, 4)]).toEqual([2, 15, 64, 2]);
});

test('the matrix from an origin puts a place where the whole matrix puts it', () => {
  const matrix = Array.from({ length: 16 }, (_, i) => (i + 1) * 3);
  const origin = [0.25, 0.5] as const;
  const moved = fromOrigin(matrix, origin);
  const [x, y] = [1000, -2000];
  const whole = (row: number): number =>
    matrix[row]! * (origin[0] + x * UNIT) + matrix[4 + row]! * (origin[1] + y * UNIT) + matrix[12 + row]!;
  for (let row = 0; row < 4; row += 1) {
    expect(moved[row]! * x + moved[4 + row]! * y + moved[12 + row]!).toBeCloseTo(whole(row), 4);
  }
});
