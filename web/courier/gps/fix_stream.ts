// Fixes to the server, in order and until they are durable, whatever the connection does.
import { packFixes, type Fix } from './fix';
import type { FixStore } from './fix_store';

const BATCH = 200;

export interface HelloAnswer {
  accepted: number;
  durable: number;
  intervalMs: number;
}

export interface Line {
  ask: (event: 'hello', payload: object) => Promise<HelloAnswer | undefined>;
  send: (event: 'f', epoch: number, text: string) => void;
}

export class FixStream {
  /** The pause the server asks for between fixes. */
  intervalMs = 1000;
  /** Up to which number the server has our fixes for good, as it last said. */
  durable = 0;
  /** The last number sent on this connection; null while there is none. */
  private sentTo: number | null = null;

  constructor(
    readonly buffer: FixStore,
    private readonly line: Line,
  ) {}

  /**
   * A connection is there: say what we keep, forget what is durable, send the rest again.
   *
   * Raises where the server cannot say yet how far our fixes got; then it takes none either.
   */
  async greet(): Promise<void> {
    this.sentTo = null;
    const { first, last } = await this.buffer.range();
    const answer = await this.line.ask('hello', {
      v: 1,
      epoch: this.buffer.epoch,
      firstSeq: first,
      lastSeq: last,
    });
    if (!answer) throw new Error('the server does not know yet how far our fixes got');
    this.intervalMs = answer.intervalMs;
    this.durable = answer.durable;
    await this.buffer.forget(answer.durable);
    // It has more than we remember having sent: those numbers are spent, our storage lost them.
    if (answer.accepted > last) await this.buffer.skipTo(answer.accepted);
    this.sentTo = answer.durable;
    await this.flush();
  }

  /** The connection is gone, or nothing is taken off shift: fixes wait until we greet again. */
  lose(): void {
    this.sentTo = null;
  }

  /** Keep a fix, and send it where there is a connection. */
  async add(fix: Omit<Fix, 'seq' | 'backfill'>): Promise<void> {
    await this.buffer.add({ ...fix, backfill: this.sentTo === null });
    await this.flush();
  }

  /** The server says how far our fixes got. */
  async acknowledged(epoch: number, _accepted: number, durable: number, intervalMs: number): Promise<void> {
    if (epoch !== this.buffer.epoch) return;
    this.intervalMs = intervalMs;
    this.durable = durable;
    await this.buffer.forget(durable);
  }

  private async flush(): Promise<void> {
    while (this.sentTo !== null) {
      const from = this.sentTo;
      const next = await this.buffer.after(from, BATCH);
      const last = next.at(-1);
      // Another call may have sent them while we were reading.
      if (!last || this.sentTo !== from) return;
      this.sentTo = last.seq;
      this.line.send('f', this.buffer.epoch, packFixes(this.buffer.epoch, next));
    }
  }
}
