// Keeps the screen on while the courier works: without it the page gets no position.
import { signal } from '@preact/signals';

export const screenStaysOn = signal(false);

let lock: WakeLockSentinel | null = null;
let wanted = false;

/** Keep the screen on from now on, or no longer. */
export function keepScreenOn(wish: boolean): void {
  wanted = wish;
  if (wish) void ask();
  else void lock?.release();
}

async function ask(): Promise<void> {
  if (!wanted || lock || !('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
  try {
    lock = await navigator.wakeLock.request('screen');
    screenStaysOn.value = true;
    lock.addEventListener('release', () => {
      lock = null;
      screenStaysOn.value = false;
    });
  } catch {
    screenStaysOn.value = false; // battery saving says no; the page tells the courier
  }
}

document.addEventListener('visibilitychange', () => void ask());
