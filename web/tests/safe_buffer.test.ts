// A phone whose storage fails goes on in memory: same numbers, nothing lost while the page is open, and it says so.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FixBuffer } from '../courier/gps/fix_buffer';
import { MemoryBuffer } from '../courier/gps/memory_buffer';
import { SafeBuffer } from '../courier/gps/safe_buffer';

const NOW_MS = 1_790_000_000_500;
const FIX = { lat: 41, lng: -8, speedMps: null, headingDeg: null, accuracyM: 5, tMs: NOW_MS, backfill: false };
let name = 0;

beforeEach(() => {
  name += 1;
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function open(): Promise<SafeBuffer> {
  return SafeBuffer.open('a', NOW_MS, `safe-${name}`);
}

/** From now on a write is aborted, as by a storage that is full. */
function fill(): void {
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...written) {
    const request = put.apply(this, written);
    this.transaction.abort();
    return request;
  });
}

async function numbers(buffer: SafeBuffer | FixBuffer | MemoryBuffer): Promise<number[]> {
  return (await buffer.after(0, 100)).map((fix) => fix.seq);
}

test('a storage that works is used, and what it keeps lasts', async () => {
  const buffer = await open();
  await buffer.add(FIX);
  expect(buffer.lasts.value).toBe(true);
  expect(await numbers(await FixBuffer.open('a', NOW_MS, `safe-${name}`))).toEqual([1]);
});

test('a storage that cannot be opened is replaced by memory', async () => {
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  });
  const buffer = await open();
  await buffer.add(FIX);
  expect([buffer.lasts.value, buffer.epoch, await numbers(buffer)]).toEqual([false, 1_790_000_000, [1]]);
});

test('a storage that never answers is not waited for', async () => {
  vi.useFakeTimers();
  vi.spyOn(indexedDB, 'open').mockReturnValue({} as IDBOpenDBRequest);
  const opened = open();
  await vi.advanceTimersByTimeAsync(5000);
  expect((await opened).lasts.value).toBe(false);
});

test('a storage that is full goes on in memory with the same numbers and all that it kept', async () => {
  const buffer = await open();
  await buffer.add(FIX);
  const { epoch } = buffer;
  fill();
  const added = await Promise.all([buffer.add(FIX), buffer.add(FIX)]);
  expect(added.map((fix) => fix.seq)).toEqual([2, 3]);
  expect([buffer.lasts.value, buffer.epoch, await numbers(buffer)]).toEqual([false, epoch, [1, 2, 3]]);
  await buffer.forget(2);
  expect(await buffer.range()).toEqual({ first: 3, last: 3, count: 1 });
});

test('a fix that was written although its number could not be is not numbered twice', async () => {
  const buffer = await open();
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...written) {
    if (this.name === 'state') throw new DOMException('The storage is full.', 'QuotaExceededError');
    return put.apply(this, written);
  });
  await buffer.add(FIX);
  const kept = await numbers(buffer);
  expect(kept).toEqual([...new Set(kept)]);
});

test('a storage that is gone altogether loses what it kept, not what comes', async () => {
  const buffer = await open();
  await buffer.add(FIX);
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new DOMException('The connection was lost.', 'InvalidStateError');
  });
  expect((await buffer.add(FIX)).seq).toBe(2);
  expect(await buffer.range()).toEqual({ first: 2, last: 2, count: 1 });
});

test('numbers go on after those that are spent, in memory as on the storage', async () => {
  for (const store of [new MemoryBuffer(1), await FixBuffer.open('a', NOW_MS, `safe-${name}`)]) {
    await store.add(FIX);
    await store.add(FIX);
    await store.skipTo(7);
    expect(await numbers(store)).toEqual([8, 9]);
    expect((await store.add(FIX)).seq).toBe(10);
  }
});
