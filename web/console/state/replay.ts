// A courier's way of the last hours, to be played again: fetched when asked for, gone with the selection.
import { computed, signal } from '@preact/signals';
import type { Session } from '../../lib/api/session';
import { Persistent, type Trouble } from '../../lib/live/persistent';
import type { LatLng } from '../../lib/map/mercator';

export const HOURS = [1, 4, 24] as const;
export type Hours = (typeof HOURS)[number];

const EVERY_S: Record<Hours, number> = { 1: 2, 4: 5, 24: 20 };
const PLAY_S = 30;
const FRAME_MS = 50;

/** What the API answers: fix i was made `offsetsMs[i]` after `since`. */
export interface ReplayAnswer {
  since: string;
  offsetsMs: number[];
  latitudes: number[];
  longitudes: number[];
  speedsMps: (number | null)[];
}

/** Fixes in time order, and the business time of each. */
export interface Way {
  timesMs: number[];
  places: LatLng[];
  speedsMps: (number | null)[];
}

export function wayOf(answer: ReplayAnswer): Way {
  const sinceMs = Date.parse(answer.since);
  return {
    timesMs: answer.offsetsMs.map((offset) => sinceMs + offset),
    places: answer.latitudes.map((lat, i) => ({ lat, lng: answer.longitudes[i] ?? 0 })),
    speedsMps: answer.speedsMps,
  };
}

/** Return the index of the last fix at or before a time; 0 before the first. */
export function indexAt(way: Way, atMs: number): number {
  let low = 0;
  let high = way.timesMs.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((way.timesMs[middle] ?? 0) <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

export class Replay {
  readonly hours = signal<Hours | null>(null);
  readonly way = signal<Way | null>(null);
  readonly atMs = signal(0);
  readonly playing = signal(false);
  /** Where the courier was at the time chosen. */
  readonly place = computed<LatLng | null>(() => {
    const way = this.way.value;
    return (way && way.places[indexAt(way, this.atMs.value)]) ?? null;
  });
  private readonly question = signal<Persistent<ReplayAnswer> | null>(null);
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly session: Session) {}

  get trouble(): Trouble | null {
    return this.question.value?.trouble.value ?? null;
  }

  /** Fetch the way of the hours before `untilMs`. */
  open(courierId: string, hours: Hours, untilMs: number): void {
    this.close();
    this.hours.value = hours;
    const query = {
      since: new Date(untilMs - hours * 3_600_000).toISOString(),
      until: new Date(untilMs).toISOString(),
      everyS: EVERY_S[hours],
    };
    const asked = new Persistent<ReplayAnswer>(
      () => this.session.get(`/api/v1/admin/couriers/${courierId}/positions/replay`, query),
      (answer) => {
        if (this.question.peek() === asked) this.show(wayOf(answer));
      },
    );
    this.question.value = asked;
    void asked.ask();
  }

  retry(): void {
    void this.question.peek()?.ask();
  }

  /** Show nothing any more. */
  close(): void {
    this.pause();
    this.question.peek()?.stop();
    this.question.value = null;
    this.hours.value = null;
    this.way.value = null;
  }

  seek(atMs: number): void {
    this.atMs.value = atMs;
  }

  /** Play from here to the end, or from the start again; the whole way takes half a minute. */
  play(): void {
    const times = this.way.peek()?.timesMs ?? [];
    const [firstMs, lastMs] = [times[0] ?? 0, times.at(-1) ?? 0];
    if (this.atMs.peek() >= lastMs) this.atMs.value = firstMs;
    const stepMs = ((lastMs - firstMs) * FRAME_MS) / (PLAY_S * 1000);
    this.playing.value = true;
    this.timer = setInterval(() => {
      this.atMs.value = Math.min(lastMs, this.atMs.peek() + stepMs);
      if (this.atMs.peek() >= lastMs) this.pause();
    }, FRAME_MS);
  }

  pause(): void {
    clearInterval(this.timer);
    this.playing.value = false;
  }

  private show(way: Way): void {
    this.way.value = way;
    this.atMs.value = way.timesMs[0] ?? 0;
  }
}
