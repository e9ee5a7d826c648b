// The fleet from frames: who is where, who left, what was lost.
import { beforeEach, describe, expect, test } from 'vitest';
import { Fleet, stalenessOf } from '../console/state/fleet';
import type { Introduction } from '../lib/live/frames';

const CELL = '8739220f1ffffff';
const NEXT = '8739220f2ffffff';
const MIDDLE: [number, number] = [41.15, -8.6];

function record(ref: number, north = 0, state = 0, age = 0): number[] {
  const bytes = new DataView(new ArrayBuffer(12));
  bytes.setUint16(0, ref, true);
  bytes.setInt16(2, north, true);
  bytes.setUint8(9, age);
  bytes.setUint8(10, state);
  return [...new Uint8Array(bytes.buffer)];
}

function frame(...records: number[][]): string {
  return btoa(String.fromCharCode(...records.flat()));
}

function name(ref: number): Introduction {
  return [ref, `id-${ref}`, `Courier ${ref}`, 'bicycle'];
}

let lost: string[];
let fleet: Fleet;

beforeEach(() => {
  lost = [];
  fleet = new Fleet((cell) => lost.push(cell));
  fleet.snap(CELL, 7, frame(record(1), record(2, 0, 2)), [name(1), name(2)], MIDDLE);
});

describe('frames', () => {
  test('a snapshot shows everybody in the cell', () => {
    expect([...fleet.couriers.keys()]).toEqual(['id-1', 'id-2']);
    expect(fleet.counts()).toMatchObject({ free: 1, carrying: 1 });
  });

  test('a tick moves a courier', () => {
    fleet.tick(CELL, 8, frame(record(1, 1000)), [], []);
    expect(fleet.couriers.get('id-1')?.lat).toBeCloseTo(41.151, 6);
  });

  test('a gap asks for the cell again, once, and changes nothing', () => {
    fleet.tick(CELL, 9, frame(record(1, 1000)), [], []);
    fleet.tick(CELL, 10, frame(record(1, 1000)), [], []);
    expect(lost).toEqual([CELL]);
    expect(fleet.couriers.get('id-1')?.lat).toBe(41.15);
  });

  test('who leaves a cell is gone', () => {
    fleet.tick(CELL, 8, '', [], [1]);
    expect([...fleet.couriers.keys()]).toEqual(['id-2']);
  });

  test('who entered the next cell first is not lost by leaving the last', () => {
    fleet.snap(NEXT, 1, '', [], [41.17, -8.6]);
    fleet.tick(NEXT, 2, frame(record(1)), [name(1)], []);
    fleet.tick(CELL, 8, '', [], [1]);
    expect(fleet.couriers.get('id-1')?.cell).toBe(NEXT);
  });

  test('a new snapshot forgets those who are not in it', () => {
    fleet.snap(CELL, 9, frame(record(2)), [name(2)], MIDDLE);
    expect([...fleet.couriers.keys()]).toEqual(['id-2']);
  });

  test('numbers of another connection mean other couriers', () => {
    fleet.newConnection();
    fleet.snap(CELL, 1, frame(record(1)), [[1, 'id-2', 'Courier 2', 'car']], MIDDLE);
    expect([...fleet.couriers.keys()]).toEqual(['id-2']);
  });

  test('frames of a cell that was never snapped are left alone', () => {
    fleet.tick(NEXT, 5, frame(record(1)), [], []);
    expect(lost).toEqual([]);
  });

  test('couriers outside of what is watched are not kept', () => {
    fleet.keepInside(50, 0, 51, 1);
    expect(fleet.couriers.size).toBe(0);
  });
});

test('a position grows old in two steps', () => {
  const courier = fleet.couriers.get('id-1')!;
  const steps = [1000, 31_000, 121_000].map((ms) => stalenessOf(courier, courier.seenAtMs + ms));
  expect(steps).toEqual([0, 1, 2]);
});
