// Small rules: pauses, queries, links, grids.
import { expect, test, vi } from 'vitest';
import { readLink } from '../console/one_time_link';
import { gridOf } from '../console/map/overlays';
import { queryText } from '../lib/api/transport';
import { pauseMs } from '../lib/live/backoff';
import { boxOf } from '../lib/map/mercator';

test('pauses grow with failures, are random from zero, and never exceed the longest', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(1);
  expect([0, 1, 2, 50].map((failures) => pauseMs(failures))).toEqual([250, 500, 1000, 15_000]);
  expect([1, 50].map((failures) => pauseMs(failures, 60_000))).toEqual([500, 60_000]);
  random.mockReturnValue(0);
  expect(pauseMs(5)).toBe(0);
  random.mockRestore();
});

test('a query repeats the name of a list and leaves out what is empty', () => {
  expect(queryText({ status: ['a', 'b'], page: 1, search: '', zone: null })).toBe('?status=a&status=b&page=1');
  expect(queryText()).toBe('');
});

test('a one-time link needs both parts', () => {
  expect(readLink('#destination=a%40b.example&code=x')).toEqual({ destination: 'a@b.example', code: 'x', purpose: 'login' });
  expect(readLink('#destination=a')).toBeNull();
  expect(readLink('')).toBeNull();
});

test('a box holds all positions, however nested', () => {
  expect(boxOf([[[1, 2], [3, -4]], [[0, 0]]])).toEqual([0, -4, 3, 2]);
});

test('grid lines are a kilometre apart', () => {
  const lines = gridOf([-8.65, 41.1, -8.55, 41.2]);
  const lats = lines.map((line) => line.geometry.coordinates[0]![1]!).filter((lat) => lat > 41.1);
  expect((lats[1]! - lats[0]!) * 111_320).toBeCloseTo(1000, 0);
});
