// How long to wait before the next attempt: full jitter, so that a thousand pages do not come at once.

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/** Return a random pause up to min(longest, 0.25 s x 2^failures). */
export function pauseMs(failures: number, longestMs = LONGEST_MS): number {
  return Math.random() * Math.min(longestMs, FIRST_MS * 2 ** Math.min(failures, 10));
}
