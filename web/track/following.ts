// One followed order: fetched over HTTP, kept up to date by events, with the age of what we know.
import { signal } from '@preact/signals';
import type { Installation } from '../lib/api/config';
import { ApiError } from '../lib/api/errors';
import { exchange } from '../lib/api/transport';
import type { Ticket } from '../lib/api/views';
import { Connection } from '../lib/live/connection';
import { Latest } from '../lib/live/latest';
import { nowMs } from '../lib/time/ticking';
import { calmEtaMs, calmRange, chapterOf, isOver, ms, type EtaRange } from './story';
import type { TrackingView } from './view';

interface Location {
  latitude: number;
  longitude: number;
  headingDeg: number | null;
  atMs: number;
  exact: boolean;
}

const REFRESH_MS = 20_000;
const GATHER_MS = 150;

export class Following {
  readonly view = signal<TrackingView | null>(null);
  readonly etaMs = signal<number | null>(null);
  readonly etaRange = signal<EtaRange | null>(null);
  /** When we last heard anything about the order, real time. */
  readonly heardAtMs = signal(Date.now());
  private fetchedAtMs = 0;
  readonly isGone = signal(false);
  readonly failed = signal(false);
  readonly connection: Connection;
  private readonly path: string;
  private readonly question: Latest<TrackingView>;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private started = false;

  constructor(
    token: string,
    readonly installation: Installation,
  ) {
    this.path = `/api/v1/tracking/${encodeURIComponent(token)}`;
    this.question = new Latest(
      () => exchange<TrackingView>({ method: 'GET', path: this.path }),
      (view) => this.takeView(view),
    );
    const changed = (): void => this.fetchSoon();
    this.connection = new Connection({
      ticket: () => exchange<Ticket>({ method: 'POST', path: `${this.path}/tickets`, body: {} }),
      onReady: (ready) => {
        installation.clock.set(ready.nowMs);
        void this.fetch();
      },
      handlers: {
        'order:updated': changed,
        'delivery:updated': changed,
        'stop:reached': changed,
        'delivery:eta': ({ etaMs, ...range }: { etaMs: number } & EtaRange) => this.takeEta(etaMs, range),
        'delivery:location': (location: Location) => this.takeLocation(location),
      },
    });
  }

  async start(): Promise<void> {
    await this.fetch();
    setInterval(() => {
      // Whoever is served before is heard of by nobody else: how many are left has to be asked.
      const heardAtMs = this.view.value?.stopsBefore ? this.fetchedAtMs : this.heardAtMs.value;
      const old = Date.now() - heardAtMs > REFRESH_MS;
      if (old && document.visibilityState === 'visible' && !this.isDone()) void this.fetch();
    }, REFRESH_MS / 4);
  }

  /** Business time now; read in a component it repeats the drawing every second. */
  nowMs(): number {
    void nowMs.value;
    return this.installation.clock.nowMs();
  }

  private isDone(): boolean {
    const view = this.view.value;
    return this.isGone.value || (view !== null && isOver(chapterOf(view, this.nowMs())));
  }

  private fetchSoon(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      void this.fetch();
    }, GATHER_MS);
  }

  private async fetch(): Promise<void> {
    try {
      await this.question.fetch();
      this.failed.value = false;
      this.connect();
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 422)) this.gone();
      else {
        this.failed.value = true;
        setTimeout(() => this.fetchSoon(), 3000);
      }
    }
  }

  private connect(): void {
    if (this.started || this.isDone()) return;
    this.started = true;
    this.connection.start();
  }

  private gone(): void {
    this.isGone.value = true;
    this.connection.stop();
  }

  private takeView(view: TrackingView): void {
    this.view.value = view;
    this.fetchedAtMs = Date.now();
    const [fromMs, untilMs] = [ms(view.etaFrom), ms(view.etaUntil)];
    this.takeEta(ms(view.etaAt), fromMs === null || untilMs === null ? null : { fromMs, untilMs });
  }

  private takeEta(toldMs: number | null, range: EtaRange | null): void {
    const nowMs = this.installation.clock.nowMs();
    this.etaMs.value = calmEtaMs(this.etaMs.value, toldMs, nowMs);
    this.etaRange.value = calmRange(this.etaRange.value, range, nowMs);
    this.heard();
  }

  private takeLocation(location: Location): void {
    const view = this.view.value;
    if (!view) return;
    const position = { ...location, fixedAt: new Date(location.atMs).toISOString() };
    this.view.value = { ...view, position };
    this.heard();
  }

  private heard(): void {
    this.heardAtMs.value = Date.now();
  }
}
