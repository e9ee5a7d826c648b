// Fixes on the phone's storage as long as it works, in memory from its first failure on: a phone that cannot store still sends.
import { signal } from '@preact/signals';
import type { Fix } from './fix';
import { FixBuffer } from './fix_buffer';
import { MOST, type FixStore } from './fix_store';
import { MemoryBuffer } from './memory_buffer';

const PATIENCE_MS = 5000;

export class SafeBuffer implements FixStore {
  /** Whether the fixes survive the closing of the page. */
  readonly lasts = signal(true);
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(private store: FixBuffer | MemoryBuffer) {
    this.lasts.value = store instanceof FixBuffer;
  }

  /** Open the store of a courier, or one in memory where that fails; `nowMs` is business time. */
  static async open(courierId: string, nowMs: number, name?: string): Promise<SafeBuffer> {
    try {
      return new SafeBuffer(await inTime(FixBuffer.open(courierId, nowMs, name)));
    } catch {
      return new SafeBuffer(new MemoryBuffer(Math.floor(nowMs / 1000)));
    }
  }

  get epoch(): number {
    return this.store.epoch;
  }

  add(fix: Omit<Fix, 'seq'>): Promise<Fix> {
    return this.next((store) => store.add(fix));
  }

  after(seq: number, atMost: number): Promise<Fix[]> {
    return this.next((store) => store.after(seq, atMost));
  }

  forget(upTo: number): Promise<void> {
    return this.next((store) => store.forget(upTo));
  }

  skipTo(seq: number): Promise<void> {
    return this.next((store) => store.skipTo(seq));
  }

  range(): Promise<{ first: number; last: number; count: number }> {
    return this.next((store) => store.range());
  }

  /** One act after the other: while one moves to memory, none may number a fix on the storage. */
  private next<T>(act: (store: FixStore) => Promise<T>): Promise<T> {
    const done = this.turn.then(() => this.tryOrMove(act));
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async tryOrMove<T>(act: (store: FixStore) => Promise<T>): Promise<T> {
    if (this.store instanceof FixBuffer) {
      try {
        return await act(this.store);
      } catch {
        this.store = await inMemory(this.store);
        this.lasts.value = false;
      }
    }
    return act(this.store);
  }
}

/** Return a store in memory that goes on where the failing one stands, with all that can still be read of it. */
async function inMemory(failing: FixBuffer): Promise<MemoryBuffer> {
  let kept: Fix[] = [];
  try {
    kept = await failing.after(0, MOST);
  } catch {
    // The server is told that they are missing: the next hello says from which number on we keep them.
  }
  // A fix may have been written although the act failed: its number is spent.
  const nextSeq = Math.max(failing.nextSeq, (kept.at(-1)?.seq ?? 0) + 1);
  return new MemoryBuffer(failing.epoch, nextSeq, kept);
}

/** Some browsers never answer when asked to open a broken storage. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the phone’s storage does not answer')), PATIENCE_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
