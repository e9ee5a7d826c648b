// Everything the console knows, wired together: session, orders, couriers, map frames, connection.
import { signal } from '@preact/signals';
import type { Installation } from '../../lib/api/config';
import { may } from '../../lib/api/permissions';
import type { Session } from '../../lib/api/session';
import type { Company, Ticket, Zone } from '../../lib/api/views';
import { Connection } from '../../lib/live/connection';
import type { Introduction } from '../../lib/live/frames';
import { Parts } from '../../lib/live/parts';
import { Persistent } from '../../lib/live/persistent';
import { nowMs } from '../../lib/time/ticking';
import { Alerts, type AlertNews } from './alerts';
import { Dossiers } from './dossiers';
import { Fleet } from './fleet';
import { LastHour } from './last_hour';
import { MapFeed } from './map_feed';
import { OrderBook, type DeliveryNews, type EtaNews, type OfferNews, type OrderNews } from './order_book';
import { Replay } from './replay';
import { Roster, type CourierNews } from './roster';

const BUSY_SILENCE_MS = 8000;
const QUIET_SILENCE_MS = 40_000;
const POLL_MS = 5000;
const COUNT_MS = 10_000;
const KEPT_EVENTS = 2000;

export class City {
  readonly orders: OrderBook;
  readonly roster: Roster;
  readonly lastHour: LastHour;
  readonly alerts: Alerts;
  readonly dossiers: Dossiers;
  readonly fleet: Fleet;
  readonly replay: Replay;
  readonly connection: Connection;
  readonly zones = signal<Zone[]>([]);
  readonly companies = signal<ReadonlyMap<string, string>>(new Map());
  readonly loaded = signal(false);
  readonly loading = new Persistent(() => this.read(), () => this.dossiers.fetchSoon());
  readonly map: MapFeed;
  private readonly parts = new Parts([
    async () => (this.zones.value = await this.session.all<Zone>('/api/v1/delivery-zones')),
    () => this.readCompanies(),
    () => this.orders.load(),
    () => this.roster.load(),
    () => this.lastHour.load(),
    () => this.alerts.load(),
  ]);
  private readonly seen = new Set<string>();

  constructor(
    readonly session: Session,
    readonly installation: Installation,
  ) {
    this.orders = new OrderBook(session);
    this.roster = new Roster(session);
    this.lastHour = new LastHour(session);
    this.alerts = new Alerts(session);
    this.dossiers = new Dossiers(session);
    this.replay = new Replay(session);
    this.fleet = new Fleet((cell) => this.connection.send('resync', cell));
    this.connection = new Connection({
      ticket: () => session.post<Ticket>('/api/v1/realtime/tickets'),
      onReady: ({ nowMs: businessMs }) => this.connected(businessMs),
      silenceMs: () => (this.expectsFrames() ? BUSY_SILENCE_MS : QUIET_SILENCE_MS),
      handlers: this.handlers(),
    });
    this.map = new MapFeed({
      session,
      connection: this.connection,
      fleet: this.fleet,
      clock: installation.clock,
      stateOf: ({ id, status }) => (status === 'on_break' ? status : this.orders.workOf(id)),
      takesFrames: () => !this.isKeptToZones,
    });
  }

  /** Whether whoever is signed in sees some zones only. */
  get isKeptToZones(): boolean {
    const me = this.session.me.value;
    return !!me && (me.role === 'location_admin' || me.zoneIds.length > 0);
  }

  /** Business time now; read in a component it repeats the drawing every second. */
  nowMs(): number {
    void nowMs.value;
    return this.installation.clock.nowMs();
  }

  /** Whether whoever is signed in decides who becomes a courier. */
  get mayManageCouriers(): boolean {
    return may(this.session.me.value?.permissions ?? [], 'courier:manage');
  }

  /** The time zone of the city, where it is one. */
  get timeZone(): string | undefined {
    return this.zones.value[0]?.timeZone;
  }

  async start(): Promise<void> {
    this.connection.start();
    setInterval(() => void this.poll(), POLL_MS);
    setInterval(() => void this.count(), COUNT_MS);
    await this.load();
  }

  /** Fetch everything; what is shown stays until the answer is there. */
  load(): Promise<void> {
    this.parts.outdate();
    return this.loading.ask();
  }

  private async read(): Promise<void> {
    await this.parts.ask();
    this.loaded.value = true;
  }

  private async readCompanies(): Promise<void> {
    const companies = await this.session.all<Company>('/api/v1/companies');
    this.companies.value = new Map(companies.map((one) => [one.id, one.name]));
  }

  /** An event could not be taken in: what is shown may no longer hold. */
  private doubt(error: unknown): void {
    this.parts.outdate();
    this.loading.doubt(error);
  }

  private connected(businessMs: number): void {
    this.installation.clock.set(businessMs);
    this.fleet.newConnection();
    this.map.watch();
    if (this.loaded.value || this.loading.trouble.value) void this.load();
  }

  private expectsFrames(): boolean {
    if (this.isKeptToZones) return false;
    const since = Date.now() - BUSY_SILENCE_MS;
    for (const one of this.fleet.couriers.values()) if (one.seenAtMs > since - BUSY_SILENCE_MS) return true;
    return false;
  }

  /** Without frames positions still come, slowly, over HTTP; without a socket everything does. */
  private async poll(): Promise<void> {
    const { phase, sinceMs } = this.connection.state.value;
    const blocked = phase === 'reconnecting' && Date.now() - sinceMs > 2 * POLL_MS;
    if ((!blocked && !this.isKeptToZones) || document.visibilityState !== 'visible') return;
    try {
      await this.map.ask();
      if (blocked) await this.load();
    } catch {
      // The banner says already that there is no connection.
    }
  }

  /** The last hour goes on, also while nothing is heard of. */
  private async count(): Promise<void> {
    if (!this.loaded.value || document.visibilityState !== 'visible') return;
    try {
      await this.lastHour.load();
    } catch {
      // What was told last stays; the banner says where the server is not reached.
    }
  }

  private handlers(): Record<string, (...payload: never[]) => void> {
    const { orders, roster, fleet, dossiers } = this;
    const once =
      <T extends object>(act: (news: T) => unknown) =>
      (news: T): void => {
        if (this.isRepeated((news as { id?: string }).id)) return;
        Promise.resolve(act(news)).catch((error: unknown) => this.doubt(error));
        dossiers.changed((news as { orderId?: string }).orderId);
        dossiers.changed((news as { deliveryId?: string }).deliveryId);
      };
    return {
      snap: (...frame: [string, number, string, Introduction[], [number, number]]) => fleet.snap(...frame),
      t: (...frame: [string, number, string, Introduction[], number[]]) => fleet.tick(...frame),
      oops: ({ code }: { code: string }) => {
        if (code === 'too_large') this.map.tooWide.value = true;
      },
      'order:new': once((news: OrderNews) => orders.orderCame(news)),
      'order:updated': once((news: OrderNews) => orders.orderMoved(news)),
      'delivery:updated': once((news: DeliveryNews) => orders.deliveryMoved(news)),
      'stop:reached': once(() => undefined), // the dossier that is open is read again
      'alert:changed': once((news: AlertNews) => this.alerts.changed(news)),
      'delivery:eta': once((news: EtaNews) => orders.etaMoved(news)),
      'offer:new': once((news: OfferNews) => orders.offerMade(news)),
      'offer:withdrawn': once((news: OfferNews) => orders.offerClosed(news)),
      'courier:verification': once((news: { courierId: string }) => roster.verificationChanged(news)),
      'courier:status': once((news: CourierNews) => {
        if (news.status === 'offline') fleet.remove(news.courierId);
        return roster.statusChanged(news);
      }),
    };
  }

  /** Tell whether an event came before: it may be sent again after a loss. */
  private isRepeated(id: string | undefined): boolean {
    if (!id) return false;
    if (this.seen.has(id)) return true;
    this.seen.add(id);
    if (this.seen.size > KEPT_EVENTS) this.seen.delete(this.seen.values().next().value ?? '');
    return false;
  }
}
