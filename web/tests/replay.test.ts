// Replay: the answer as a way, where one was at a time, who may look.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { may } from '../lib/api/permissions';
import { indexAt, Replay, wayOf, type ReplayAnswer } from '../console/state/replay';
import type { Session } from '../lib/api/session';

const ANSWER: ReplayAnswer = {
  since: '2026-11-21T12:00:00.000Z',
  offsetsMs: [0, 10_000, 20_000, 60_000],
  latitudes: [41.1, 41.2, 41.3, 41.4],
  longitudes: [-8.6, -8.6, -8.6, -8.6],
  speedsMps: [null, 5, 5, 0],
};
const START = Date.parse(ANSWER.since);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function sessionOf(answer: () => Promise<ReplayAnswer>): { session: Session; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const get = (...told: unknown[]): Promise<ReplayAnswer> => {
    asked.push(told);
    return answer();
  };
  return { session: { get } as unknown as Session, asked };
}

test('the last fix before a time is where one was', () => {
  const way = wayOf(ANSWER);
  const at = (offset: number): number => indexAt(way, START + offset);
  expect([-5000, 0, 9999, 10_000, 59_999, 60_000, 999_999].map(at)).toEqual([0, 0, 0, 1, 2, 3, 3]);
  expect(way.places[3]).toEqual({ lat: 41.4, lng: -8.6 });
});

test('hours are asked for, thinned, and played to the end in half a minute', async () => {
  const { session, asked } = sessionOf(() => Promise.resolve(ANSWER));
  const replay = new Replay(session);
  replay.open('c1', 4, START + 4 * 3_600_000);
  await vi.advanceTimersByTimeAsync(0);
  const query = { since: ANSWER.since, until: '2026-11-21T16:00:00.000Z', everyS: 5 };
  expect(asked).toEqual([['/api/v1/admin/couriers/c1/positions/replay', query]]);
  expect(replay.place.value).toEqual({ lat: 41.1, lng: -8.6 });
  replay.play();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(replay.place.value?.lat).toBe(41.3);
  await vi.advanceTimersByTimeAsync(15_100);
  expect([replay.atMs.value, replay.playing.value]).toEqual([START + 60_000, false]);
  replay.play(); // from the start again
  expect(replay.atMs.value).toBe(START);
  replay.pause();
});

test('an answer for somebody who is not looked at any more is not shown', async () => {
  let answered: (answer: ReplayAnswer) => void = () => undefined;
  const { session } = sessionOf(() => new Promise((resolve) => (answered = resolve)));
  const replay = new Replay(session);
  replay.open('c1', 1, START);
  replay.close();
  answered(ANSWER);
  await vi.advanceTimersByTimeAsync(0);
  expect([replay.way.value, replay.place.value, replay.hours.value]).toEqual([null, null, null]);
});

test('a permission is held by itself, by its resource, or by everything', () => {
  expect([['trail:read'], ['trail:*'], ['*'], ['courier:read'], []].map((held) => may(held, 'trail:read'))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
