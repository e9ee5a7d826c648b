// Signals that beat once per second while the page is looked at, for countdowns and ages.
import { signal } from '@preact/signals';

const BEAT_MS = 1000;

/** Real time, whole seconds apart: reading it in a component repeats the drawing every second. */
export const nowMs = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === 'visible') nowMs.value = Date.now();
}, BEAT_MS);

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') nowMs.value = Date.now();
});
