// A version number that grows when something changed, but not more often than people can read.
import { signal, type ReadonlySignal } from '@preact/signals';

const GAP_MS = 150;

export class Pulse {
  private readonly count = signal(0);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Read it where something must be drawn again after a change. */
  get version(): ReadonlySignal<number> {
    return this.count;
  }

  beat(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.count.value += 1;
    }, GAP_MS);
  }

  /** Without a pause, for what a person did here. */
  beatNow(): void {
    this.count.value += 1;
  }
}
