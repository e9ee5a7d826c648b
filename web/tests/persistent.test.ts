// A question that does not give up: what is wrong is told at once, and an answer ends it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, Unreachable } from '../lib/api/errors';
import { Persistent } from '../lib/live/persistent';

let failure: unknown;
let asked: number;
let taken: string[];
let question: Persistent<string>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  [failure, asked, taken] = [null, 0, []];
  const ask = async (): Promise<string> => {
    asked += 1;
    if (failure) throw failure;
    return 'here';
  };
  question = new Persistent(ask, (answer) => taken.push(answer));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a failure that may pass is told at once and asked again ever more rarely, until it is answered', async () => {
  failure = new ApiError(503, 'unavailable', 'Later');
  const startMs = Date.now();
  await question.ask();
  expect(question.trouble.value).toEqual({ error: failure, sinceMs: startMs, repeats: true });
  await vi.advanceTimersByTimeAsync(250 + 500 + 1000);
  expect(asked).toBe(4);
  await vi.advanceTimersByTimeAsync(1999);
  expect(asked).toBe(4);
  expect(question.trouble.value?.sinceMs).toBe(startMs);
  failure = null;
  await vi.advanceTimersByTimeAsync(1);
  expect([taken, question.trouble.value]).toEqual([['here'], null]);
});

test('however long it failed, it is asked again a few seconds after it can be answered', async () => {
  failure = new ApiError(503, 'unavailable', 'Later', [], 'r', 1);
  await question.ask();
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  failure = null;
  await vi.advanceTimersByTimeAsync(4000);
  expect([taken, question.trouble.value]).toEqual([['here'], null]);
});

test('it waits as long as the server asks for', async () => {
  failure = new ApiError(429, 'rate_limited', 'Later', [], 'r', 30);
  await question.ask();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toBe(2);
});

test('a refusal is not asked again by itself, but by a person', async () => {
  failure = new ApiError(403, 'forbidden', 'Not yours');
  await question.ask();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked, question.trouble.value?.repeats]).toEqual([1, false]);
  failure = null;
  await question.ask();
  expect(taken).toEqual(['here']);
});

test('an answer that is doubted is asked for again', async () => {
  await question.ask();
  question.doubt(new Unreachable(null));
  expect(question.trouble.value?.repeats).toBe(true);
  await vi.advanceTimersByTimeAsync(250);
  expect([taken.length, question.trouble.value]).toEqual([2, null]);
});

test('who has stopped asks no more', async () => {
  failure = new Unreachable(null);
  await question.ask();
  question.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(1);
});
