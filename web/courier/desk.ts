// Everything the courier's app knows and does: profile, offers, route, position, connection.
import { batch, signal } from '@preact/signals';
import type { Installation } from '../lib/api/config';
import { ApiError, sentenceOf } from '../lib/api/errors';
import type { Session } from '../lib/api/session';
import type { CourierStatus, Ticket } from '../lib/api/views';
import { Connection } from '../lib/live/connection';
import { Latest } from '../lib/live/latest';
import { FixStream, type Line } from './gps/fix_stream';
import { SafeBuffer } from './gps/safe_buffer';
import { GpsWatch, type Reading } from './gps/watch';
import type { CourierDelivery, Offer, Profile, Stop } from './views';
import { keepScreenOn } from './wake_lock';

const GATHER_MS = 150;
const REFRESH_MS = 30_000;
/** Realtime took no fixes, because it did not know of the shift: say hello again after so long. */
const OFF_SHIFT_PAUSE_MS = 2000;

interface Picture {
  profile: Profile | null;
  offers: Offer[];
  stops: Stop[];
  deliveries: CourierDelivery[];
}

export class Desk {
  /** Null until the courier has applied, undefined until we know. */
  readonly profile = signal<Profile | null | undefined>(undefined);
  readonly offers = signal<Offer[]>([]);
  readonly stops = signal<Stop[]>([]);
  readonly deliveries = signal<CourierDelivery[]>([]);
  readonly waiting = signal(0);
  /** The server has said of a fix that it has it for good. */
  readonly isSaved = signal(false);
  /** What dispatch cannot rely on: fixes in memory only, or none taken at all. */
  readonly trouble = signal<'memory_only' | 'not_taken' | null>(null);
  /** When a fix left this phone last, real time. */
  readonly sentAtMs = signal<number | null>(null);
  readonly problem = signal('');
  readonly connection: Connection;
  readonly gps: GpsWatch;
  private readonly question = new Latest(
    () => this.read(),
    (picture) => this.show(picture),
  );
  private buffer: SafeBuffer | null = null;
  private stream: FixStream | null = null;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private pausing: ReturnType<typeof setTimeout> | undefined;
  private beginning: Promise<void> | null = null;

  constructor(
    readonly session: Session,
    readonly installation: Installation,
  ) {
    this.gps = new GpsWatch(
      (reading) => void this.watched(this.take(reading)),
      () => this.stream?.intervalMs ?? 1000,
    );
    const changed = (): void => this.refreshSoon();
    this.connection = new Connection({
      ticket: () => session.post<Ticket>('/api/v1/realtime/tickets'),
      greet: ({ nowMs }) => {
        installation.clock.set(nowMs);
        return this.greet();
      },
      onReady: () => void this.refresh(),
      handlers: {
        a: (...mark: [number, number, number, number]) => void this.watched(this.acknowledged(mark)),
        oops: ({ code }: { code: string }) => {
          if (code === 'hello_first') this.connection.renew(code); // fixes are missing: greet again
          if (code === 'off_shift') this.greetLater();
        },
        'offer:new': changed,
        'offer:withdrawn': changed,
        'route:updated': changed,
        'stop:reached': changed,
        'delivery:updated': changed,
        'order:updated': changed,
        'courier:status': () => {
          this.gps.ask(); // a shift that begins needs a position now
          changed();
        },
      },
    });
  }

  get isOnShift(): boolean {
    const status = this.profile.value?.status;
    return status !== undefined && status !== 'offline';
  }

  async start(): Promise<void> {
    await this.refresh();
    setInterval(() => {
      if (this.stream && document.visibilityState === 'visible') void this.refresh();
    }, REFRESH_MS);
  }

  /** Fetch profile, offers and route again. */
  async refresh(): Promise<void> {
    try {
      await this.question.fetch();
      const profile = this.profile.value;
      if (profile?.verificationStatus === 'verified') await this.begin(profile.id);
      this.problem.value = '';
    } catch (error) {
      this.problem.value = sentenceOf(error);
    }
  }

  async changeStatus(status: Exclude<CourierStatus, 'on_delivery'>): Promise<void> {
    await this.act(() => this.session.put('/api/v1/courier/status', { status }));
  }

  async accept(offer: Offer): Promise<void> {
    await this.act(() => this.session.post(`/api/v1/courier/offers/${offer.id}/accept`));
  }

  async reject(offer: Offer): Promise<void> {
    await this.act(() => this.session.post(`/api/v1/courier/offers/${offer.id}/reject`));
  }

  /** Say what happened to a delivery, where and when. */
  async report(deliveryId: string, move: { status: string; reason?: string; comment?: string }): Promise<void> {
    await this.act(() =>
      this.session.put(`/api/v1/courier/deliveries/${deliveryId}/status`, { ...move, ...this.whereWhen() }),
    );
  }

  async complete(deliveryId: string, receivedBy: string): Promise<void> {
    const body = { ...(receivedBy ? { receivedBy } : {}), ...this.whereWhen() };
    await this.act(() => this.session.post(`/api/v1/courier/deliveries/${deliveryId}/complete`, body));
  }

  /** Do something, then fetch what it changed, also where it failed: the state may have moved on. */
  private async act(send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
    } finally {
      await this.refresh();
    }
  }

  private whereWhen(): object {
    const reading = this.gps.last.value?.reading;
    const clientTs = new Date(this.installation.clock.nowMs()).toISOString();
    return reading ? { latitude: reading.lat, longitude: reading.lng, clientTs } : { clientTs };
  }

  private async read(): Promise<Picture> {
    const profile = await this.readProfile();
    if (profile?.verificationStatus !== 'verified') return { profile, offers: [], stops: [], deliveries: [] };
    const [offers, route, active] = await Promise.all([
      this.session.get<{ offers: Offer[] }>('/api/v1/courier/offers'),
      this.session.get<{ stops: Stop[] }>('/api/v1/courier/route'),
      this.session.get<{ deliveries: CourierDelivery[] }>('/api/v1/courier/deliveries/active'),
    ]);
    return { profile, offers: offers.offers, stops: route.stops, deliveries: active.deliveries };
  }

  private show({ profile, offers, stops, deliveries }: Picture): void {
    batch(() => {
      this.profile.value = profile;
      this.offers.value = offers;
      this.stops.value = stops;
      this.deliveries.value = deliveries;
    });
  }

  private async readProfile(): Promise<Profile | null> {
    try {
      return await this.session.get<Profile>('/api/v1/courier/profile');
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  private async begin(courierId: string): Promise<void> {
    keepScreenOn(this.isOnShift);
    if (this.isOnShift) this.gps.start();
    else this.gps.stop();
    this.beginning ??= this.open(courierId);
    await this.beginning;
  }

  private async open(courierId: string): Promise<void> {
    this.buffer = await SafeBuffer.open(courierId, this.installation.clock.nowMs());
    const line: Line = {
      ask: (event, payload) => this.connection.ask(event, payload),
      send: (event, ...payload) => {
        this.sentAtMs.value = Date.now();
        this.connection.send(event, ...payload);
      },
    };
    this.stream = new FixStream(this.buffer, line);
    await this.watched(this.count());
    this.connection.state.subscribe(({ phase }) => {
      if (phase !== 'live' && phase !== 'stale') this.stream?.lose();
    });
    this.connection.start();
  }

  private async greet(): Promise<void> {
    await this.stream?.greet();
    await this.watched(this.count());
  }

  private greetLater(): void {
    this.stream?.lose();
    this.pausing ??= setTimeout(() => {
      this.pausing = undefined;
      const { phase } = this.connection.state.value;
      if (phase !== 'live' && phase !== 'stale') return; // a new connection greets by itself
      this.greet().catch(() => this.connection.renew('unanswered'));
    }, OFF_SHIFT_PAUSE_MS);
  }

  private async take(reading: Reading): Promise<void> {
    if (!this.isOnShift) return;
    await this.stream?.add({ ...reading, tMs: this.installation.clock.nowMs() });
    await this.count();
  }

  private async acknowledged(mark: [number, number, number, number]): Promise<void> {
    await this.stream?.acknowledged(...mark);
    await this.count();
  }

  /** Nobody awaits these acts: what befalls them stays in sight until one succeeds. */
  private async watched(act: Promise<void>): Promise<void> {
    try {
      await act;
      this.trouble.value = this.buffer?.lasts.value === false ? 'memory_only' : null;
    } catch {
      this.trouble.value = 'not_taken';
    }
  }

  private async count(): Promise<void> {
    this.waiting.value = (await this.stream?.buffer.range())?.count ?? 0;
    this.isSaved.value = (this.stream?.durable ?? 0) > 0;
  }

  private refreshSoon(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      void this.refresh();
    }, GATHER_MS);
  }
}
