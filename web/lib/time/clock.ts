// The business clock of the installation: real time, or scaled time where a city is played faster.

export interface ClockSettings {
  epochMs: number;
  startMs: number;
  speed: number;
}

/** Tells business time from a steady local clock, set right by what the server says. */
export class BusinessClock {
  private baseMs: number;
  private readAtMs: number;

  constructor(
    businessMs: number,
    readonly speed: number,
    private readonly steadyMs: () => number = () => performance.now(),
  ) {
    this.baseMs = businessMs;
    this.readAtMs = steadyMs();
  }

  nowMs(): number {
    return this.baseMs + (this.steadyMs() - this.readAtMs) * this.speed;
  }

  /** Take over the server's business time. */
  set(businessMs: number): void {
    this.baseMs = businessMs;
    this.readAtMs = this.steadyMs();
  }
}

/** Return the business time at a real instant. */
export function businessMs(settings: ClockSettings, realMs: number): number {
  return settings.startMs + (realMs - settings.epochMs) * settings.speed;
}

/**
 * Return the real time now: our own clock, unless the server's Date header shows that it is wrong.
 * The header has whole seconds, so small differences mean nothing.
 */
export function correctedNowMs(ownMs: number, dateHeader: string | null): number {
  const servers = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
  return Math.abs(servers - ownMs) > 2000 ? servers : ownMs;
}
