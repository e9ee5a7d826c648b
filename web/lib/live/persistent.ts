// Asks until there is an answer: after a failure again by itself, ever more rarely, and tells what is wrong.
import { signal, type ReadonlySignal } from '@preact/signals';
import { mayPass, retryAfterMs } from '../api/errors';
import { pauseMs } from './backoff';
import { Latest } from './latest';

/** Somebody looks at what is missing: it comes soon after it can come again. */
const LONGEST_MS = 4000;

export interface Trouble {
  error: unknown;
  /** Since when there has been no answer, real time. */
  sinceMs: number;
  /** It is asked again without anybody's doing. */
  repeats: boolean;
}

/** One question that does not give up while the failure may pass. */
export class Persistent<T> {
  private readonly current = signal<Trouble | null>(null);
  private readonly question: Latest<T>;
  private running: Promise<void> | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(ask: () => Promise<T>, take: (answer: T) => void) {
    this.question = new Latest(ask, take);
  }

  /** What is wrong; null while nothing is. */
  get trouble(): ReadonlySignal<Trouble | null> {
    return this.current;
  }

  /** Ask now, whatever the pause; never raises. */
  ask(): Promise<void> {
    clearTimeout(this.timer);
    this.question.outdate();
    this.running ??= this.attempt().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Something else has shown that the last answer does not hold: say so and ask again. */
  doubt(error: unknown): void {
    if (this.stopped) return;
    const repeats = mayPass(error);
    this.current.value = { error, sinceMs: this.current.value?.sinceMs ?? Date.now(), repeats };
    clearTimeout(this.timer);
    const waitMs = Math.max(pauseMs(this.failures, LONGEST_MS), retryAfterMs(error));
    if (repeats) this.timer = setTimeout(() => void this.ask(), waitMs);
    this.failures += 1;
  }

  /** Ask no more; an answer on its way is still taken. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async attempt(): Promise<void> {
    try {
      await this.question.fetch();
      this.failures = 0;
      this.current.value = null;
    } catch (error) {
      this.doubt(error);
    }
  }
}
