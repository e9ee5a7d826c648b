// Fixes are kept until durable, sent in order, and sent again after a lost connection.
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { FixBuffer } from '../courier/gps/fix_buffer';
import { FixStream, type HelloAnswer, type Line } from '../courier/gps/fix_stream';

const NOW_MS = 1_790_000_000_500;
const READING = { lat: 41, lng: -8, speedMps: null, headingDeg: null, accuracyM: 5 };
let name = 0;

class FakeLine implements Line {
  answer: HelloAnswer | undefined = { accepted: 0, durable: 0, intervalMs: 1000 };
  hellos: object[] = [];
  sent: number[] = [];

  ask(_event: 'hello', payload: object): Promise<HelloAnswer | undefined> {
    this.hellos.push(payload);
    return Promise.resolve(this.answer);
  }

  send(_event: 'f', _epoch: number, text: string): void {
    const bytes = Buffer.from(text, 'base64');
    for (let at = 0; at < bytes.length; at += 20) this.sent.push(bytes.readUInt32LE(at));
  }
}

async function add(stream: FixStream, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await stream.add({ ...READING, tMs: NOW_MS + i * 1000 });
}

beforeEach(() => {
  name += 1;
});

describe('the buffer', () => {
  test('numbers from one and counts its epoch in seconds', async () => {
    const buffer = await FixBuffer.open('a', NOW_MS, `buffer-${name}`);
    const first = await buffer.add({ ...READING, tMs: NOW_MS, backfill: false });
    expect([buffer.epoch, first.seq]).toEqual([1_790_000_000, 1]);
  });

  test('goes on numbering after a reload', async () => {
    const before = await FixBuffer.open('a', NOW_MS, `buffer-${name}`);
    await before.add({ ...READING, tMs: NOW_MS, backfill: false });
    before.close();
    const after = await FixBuffer.open('a', NOW_MS + 60_000, `buffer-${name}`);
    const next = await after.add({ ...READING, tMs: NOW_MS, backfill: false });
    expect([after.epoch, next.seq]).toEqual([before.epoch, 2]);
  });

  test('begins a new epoch for another courier and keeps nothing of the first', async () => {
    const first = await FixBuffer.open('a', NOW_MS, `buffer-${name}`);
    await first.add({ ...READING, tMs: NOW_MS, backfill: false });
    first.close();
    const second = await FixBuffer.open('b', NOW_MS + 60_000, `buffer-${name}`);
    expect(second.epoch).toBe(first.epoch + 60);
    expect(await second.range()).toEqual({ first: 1, last: 0, count: 0 });
  });

  test('says which range it keeps', async () => {
    const buffer = await FixBuffer.open('a', NOW_MS, `buffer-${name}`);
    for (let i = 0; i < 5; i += 1) await buffer.add({ ...READING, tMs: NOW_MS, backfill: false });
    await buffer.forget(2);
    expect(await buffer.range()).toEqual({ first: 3, last: 5, count: 3 });
    await buffer.forget(5);
    expect(await buffer.range()).toEqual({ first: 6, last: 5, count: 0 });
  });

  test('spends no number on a fix that cannot be kept', async () => {
    const buffer = await FixBuffer.open('a', NOW_MS, `buffer-${name}`);
    const unkeepable = { ...READING, lat: Symbol('storage is full') as never, tMs: NOW_MS, backfill: false };
    const refused = buffer.add(unkeepable);
    const kept = buffer.add({ ...READING, tMs: NOW_MS, backfill: false });
    await expect(refused).rejects.toThrow();
    expect((await kept).seq).toBe(1);
  });
});

describe('the stream', () => {
  async function open(): Promise<{ stream: FixStream; line: FakeLine }> {
    const line = new FakeLine();
    const stream = new FixStream(await FixBuffer.open('a', NOW_MS, `stream-${name}`), line);
    return { stream, line };
  }

  test('says the next number and the one before where it keeps nothing', async () => {
    const { stream, line } = await open();
    await stream.greet();
    expect(line.hellos).toEqual([{ v: 1, epoch: 1_790_000_000, firstSeq: 1, lastSeq: 0 }]);
  });

  test('sends each fix once and in order', async () => {
    const { stream, line } = await open();
    await stream.greet();
    await add(stream, 3);
    expect(line.sent).toEqual([1, 2, 3]);
  });

  test('keeps fixes without a connection and sends them with the next', async () => {
    const { stream, line } = await open();
    await add(stream, 4);
    expect(line.sent).toEqual([]);
    await stream.greet();
    expect(line.sent).toEqual([1, 2, 3, 4]);
  });

  test('sends nothing after a hello that was answered with nothing, and all after the next', async () => {
    const { stream, line } = await open();
    const known = line.answer;
    line.answer = undefined;
    await expect(stream.greet()).rejects.toThrow('does not know yet');
    await add(stream, 2);
    expect(line.sent).toEqual([]);
    line.answer = known;
    await stream.greet();
    expect(line.sent).toEqual([1, 2]);
  });

  test('sends what is accepted but not durable again after a loss', async () => {
    const { stream, line } = await open();
    await stream.greet();
    await add(stream, 5);
    await stream.acknowledged(stream.buffer.epoch, 5, 2, 1000);
    stream.lose();
    line.sent = [];
    line.answer = { accepted: 5, durable: 3, intervalMs: 1000 };
    await stream.greet();
    expect(line.sent).toEqual([4, 5]);
    expect(await stream.buffer.range()).toEqual({ first: 4, last: 5, count: 2 });
  });

  test('forgets what is durable', async () => {
    const { stream } = await open();
    await stream.greet();
    await add(stream, 3);
    await stream.acknowledged(stream.buffer.epoch, 3, 3, 3000);
    expect((await stream.buffer.range()).count).toBe(0);
    expect(stream.intervalMs).toBe(3000);
  });

  test('goes on after numbers that the server has and a storage that failed forgot', async () => {
    const { stream, line } = await open();
    await add(stream, 2);
    line.answer = { accepted: 9, durable: 1, intervalMs: 1000 };
    await stream.greet();
    await add(stream, 1);
    expect(line.sent).toEqual([10, 11]); // fix 2 waits still, as number 10
    expect(await stream.buffer.range()).toEqual({ first: 10, last: 11, count: 2 });
  });

  test('says up to where the server has the fixes for good', async () => {
    const { stream } = await open();
    await stream.greet();
    await add(stream, 3);
    expect(stream.durable).toBe(0);
    await stream.acknowledged(stream.buffer.epoch, 3, 2, 1000);
    expect(stream.durable).toBe(2);
  });

  test('ignores the acknowledgement of another epoch', async () => {
    const { stream } = await open();
    await stream.greet();
    await add(stream, 2);
    await stream.acknowledged(1, 2, 2, 1000);
    expect((await stream.buffer.range()).count).toBe(2);
  });

  test('sends more than one event can hold in pieces', async () => {
    const { stream, line } = await open();
    await add(stream, 450);
    await stream.greet();
    expect(line.sent).toEqual(Array.from({ length: 450 }, (_, i) => i + 1));
  });
});
