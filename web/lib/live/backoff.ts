// How long to wait before the next attempt: full jitter, so that a thousand pages do not come at once.

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/** Return a random pause up to min(15 s, 0.25 s x 2^failures). */
export function pauseMs(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
}
