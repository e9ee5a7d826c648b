// The phone's position, read while the page is open: a web page gets none with the screen locked.
import { signal } from '@preact/signals';

export type Trouble = 'denied' | 'unavailable' | 'unsupported' | null;

export interface Reading {
  lat: number;
  lng: number;
  speedMps: number | null;
  headingDeg: number | null;
  accuracyM: number;
}

const QUIET_MS = 10_000;
const WATCH: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 };
// A phone that lies still has nothing new to report: what it knew half a minute ago still holds.
const ASK: PositionOptions = { ...WATCH, maximumAge: 30_000 };

/** Watches the position; a phone that stands still is asked now and then all the same. */
export class GpsWatch {
  readonly trouble = signal<Trouble>(null);
  readonly last = signal<{ reading: Reading; atMs: number } | null>(null);
  private id: number | null = null;
  private quiet: ReturnType<typeof setInterval> | undefined;
  private takenAtMs = 0;

  constructor(
    private readonly take: (reading: Reading) => void,
    private readonly intervalMs: () => number,
  ) {}

  start(): void {
    if (this.id !== null) return;
    if (!('geolocation' in navigator)) {
      this.trouble.value = 'unsupported';
      return;
    }
    const watched = (found: GeolocationPosition): void => this.read(found, this.intervalMs() * 0.9);
    this.id = navigator.geolocation.watchPosition(watched, this.fail, WATCH);
    this.quiet = setInterval(() => {
      if (Date.now() - this.takenAtMs > QUIET_MS) this.ask();
    }, QUIET_MS / 2);
  }

  /** Take a reading now, although the phone has not moved. */
  ask(): void {
    if (this.id === null) return;
    navigator.geolocation.getCurrentPosition((found) => this.read(found, 0), this.fail, ASK);
  }

  stop(): void {
    if (this.id !== null) navigator.geolocation.clearWatch(this.id);
    clearInterval(this.quiet);
    this.id = null;
    this.last.value = null;
  }

  private read({ coords }: GeolocationPosition, pauseMs: number): void {
    const reading = {
      lat: coords.latitude,
      lng: coords.longitude,
      speedMps: coords.speed,
      headingDeg: Number.isNaN(coords.heading) ? null : coords.heading,
      accuracyM: coords.accuracy,
    };
    const nowMs = Date.now();
    this.trouble.value = null;
    this.last.value = { reading, atMs: nowMs };
    if (nowMs - this.takenAtMs < pauseMs) return;
    this.takenAtMs = nowMs;
    this.take(reading);
  }

  private readonly fail = ({ code }: GeolocationPositionError): void => {
    this.trouble.value = code === 1 ? 'denied' : 'unavailable';
  };
}
