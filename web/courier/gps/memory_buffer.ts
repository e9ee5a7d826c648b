// Fixes kept in the page's memory, for a phone whose storage fails: they are gone when the page is closed.
import type { Fix } from './fix';
import { MOST, type FixStore } from './fix_store';

export class MemoryBuffer implements FixStore {
  /** `nextSeq` is the number of the next fix; `kept` are those before it that still wait. */
  constructor(
    readonly epoch: number,
    private nextSeq = 1,
    private kept: Fix[] = [],
  ) {}

  add(fix: Omit<Fix, 'seq'>): Promise<Fix> {
    const numbered = { ...fix, seq: this.nextSeq };
    this.nextSeq += 1;
    this.kept.push(numbered);
    if (this.kept.length > MOST) this.kept.shift();
    return Promise.resolve(numbered);
  }

  after(seq: number, atMost: number): Promise<Fix[]> {
    return Promise.resolve(this.kept.filter((fix) => fix.seq > seq).slice(0, atMost));
  }

  forget(upTo: number): Promise<void> {
    this.kept = this.kept.filter((fix) => fix.seq > upTo);
    return Promise.resolve();
  }

  skipTo(seq: number): Promise<void> {
    this.kept = this.kept.map((fix, i) => ({ ...fix, seq: seq + 1 + i }));
    this.nextSeq = seq + 1 + this.kept.length;
    return Promise.resolve();
  }

  range(): Promise<{ first: number; last: number; count: number }> {
    const first = this.kept[0]?.seq ?? this.nextSeq;
    return Promise.resolve({ first, last: this.nextSeq - 1, count: this.kept.length });
  }
}
