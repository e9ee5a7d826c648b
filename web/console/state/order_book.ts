// All orders the console knows, each with its delivery: loaded over HTTP, kept up to date by events.
import { ApiError } from '../../lib/api/errors';
import type { Session } from '../../lib/api/session';
import type { Delivery, DeliveryStatus, Order, OrderStatus, Page } from '../../lib/api/views';
import type { CourierState } from '../../lib/live/frames';
import { Latest } from '../../lib/live/latest';
import { Pulse } from './pulse';
import { isOpen, OPEN_STATUSES, stageOf, type OrderRow, type Stage } from './slack';

export interface OrderNews {
  orderId: string;
  status: OrderStatus;
}

export interface DeliveryNews {
  deliveryId: string;
  orderId: string;
  status: DeliveryStatus;
  courierId: string | null;
  atMs: number;
}

export interface EtaNews {
  deliveryId: string;
  orderId: string;
  etaMs: number;
}

export interface OfferNews {
  offerId: string;
  deliveryId: string;
  orderId?: string;
  courierId: string;
  expiresAtMs?: number;
}

export interface LiveOffer {
  courierId: string;
  expiresAtMs: number;
}

const OPEN_DELIVERIES: readonly DeliveryStatus[] = [
  'pending',
  'assigned_to_courier',
  'picked_up',
  'in_transit',
  'failed',
  'returned',
];
const ORDERS = '/api/v1/admin/orders';
const DELIVERIES = '/api/v1/admin/deliveries';
const MOST_DONE = 500;

export class OrderBook {
  readonly rows = new Map<string, OrderRow>();
  /** Who is being asked, by delivery. */
  readonly offers = new Map<string, LiveOffer>();
  readonly pulse = new Pulse();
  /** Orders that changed while a list was on its way: the list may be older than the news. */
  private overtaken = new Set<string>();
  /** Orders that are being fetched. */
  private readonly questions = new Map<string, Latest<OrderRow | null>>();

  constructor(private readonly session: Session) {}

  /** Fetch everything that is open, and what ended lately. */
  async load(): Promise<void> {
    this.overtaken = new Set();
    const recent = { status: ['delivered', 'completed', 'cancelled'], pageSize: 100 };
    const [open, done, deliveries, delivered] = await Promise.all([
      this.session.all<Order>(ORDERS, { status: OPEN_STATUSES }),
      this.session.get<Page<Order>>(ORDERS, recent),
      this.session.all<Delivery>(DELIVERIES, { status: OPEN_DELIVERIES }),
      this.session.get<Page<Delivery>>(DELIVERIES, { status: ['delivered'], pageSize: 100 }),
    ]);
    const byOrder = new Map<string, Delivery>();
    for (const one of [...delivered.items, ...deliveries]) byOrder.set(one.orderId, one);
    this.rows.clear();
    for (const order of [...done.items, ...open]) {
      this.rows.set(order.id, { order, delivery: byOrder.get(order.id) ?? null });
    }
    this.pulse.beatNow();
    const late = [...this.overtaken];
    await Promise.all(late.map((orderId) => this.fetch(orderId)));
  }

  stage(row: OrderRow, nowMs: number): Stage {
    const offer = row.delivery && this.offers.get(row.delivery.id);
    return stageOf(row, !!offer && offer.expiresAtMs > nowMs, nowMs); // its end may have been missed
  }

  async orderCame({ orderId }: OrderNews): Promise<void> {
    await this.fetch(orderId);
  }

  async orderMoved({ orderId, status }: OrderNews): Promise<void> {
    const row = this.rows.get(orderId);
    if (!row) return this.fetch(orderId);
    this.put({ ...row, order: { ...row.order, status } });
  }

  async deliveryMoved(news: DeliveryNews): Promise<void> {
    const row = this.rows.get(news.orderId);
    if (news.status !== 'pending') this.offers.delete(news.deliveryId);
    if (row?.delivery?.id !== news.deliveryId) return this.fetch(news.orderId);
    this.put({ ...row, delivery: moved(row.delivery, news) });
  }

  etaMoved({ orderId, deliveryId, etaMs }: EtaNews): void {
    const row = this.rows.get(orderId);
    if (row?.delivery?.id !== deliveryId) return;
    this.put({ ...row, delivery: { ...row.delivery, etaAt: new Date(etaMs).toISOString() } });
  }

  offerMade({ deliveryId, courierId, expiresAtMs }: OfferNews): void {
    this.offers.set(deliveryId, { courierId, expiresAtMs: expiresAtMs ?? 0 });
    this.pulse.beat();
  }

  offerClosed({ deliveryId, courierId }: OfferNews): void {
    if (this.offers.get(deliveryId)?.courierId === courierId) this.offers.delete(deliveryId);
    this.pulse.beat();
  }

  /** Return what a courier does, as far as the orders say. */
  workOf(courierId: string): CourierState {
    const rows = this.ofCourier(courierId);
    if (rows.some(({ delivery }) => delivery?.pickedUpAt)) return 'carrying';
    return rows.length ? 'to_pickup' : 'free';
  }

  /** Return the open deliveries of a courier, soonest first. */
  ofCourier(courierId: string): OrderRow[] {
    const found = [...this.rows.values()].filter(
      (row) => row.delivery?.courierId === courierId && isOpen(row),
    );
    return found.sort((a, b) => (a.delivery?.etaAt ?? '').localeCompare(b.delivery?.etaAt ?? ''));
  }

  /** Fetch one order and its delivery. */
  private async fetch(orderId: string): Promise<void> {
    const question =
      this.questions.get(orderId) ??
      new Latest(
        () => this.read(orderId),
        (row) => row && this.put(row),
      );
    this.questions.set(orderId, question);
    try {
      await question.fetch();
    } finally {
      this.questions.delete(orderId);
    }
  }

  /** Return one order and its delivery; null where there is no such order. */
  private async read(orderId: string): Promise<OrderRow | null> {
    try {
      const [order, found] = await Promise.all([
        this.session.get<Order>(`${ORDERS}/${orderId}`),
        this.session.get<Page<Delivery>>(DELIVERIES, { orderId, pageSize: 1 }),
      ]);
      return { order, delivery: found.items[0] ?? null };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  private put(row: OrderRow): void {
    this.overtaken.add(row.order.id);
    this.questions.get(row.order.id)?.outdate();
    this.rows.delete(row.order.id); // the newest change stands last
    this.rows.set(row.order.id, row);
    this.forgetOld();
    this.pulse.beat();
  }

  private forgetOld(): void {
    if (this.rows.size % 100 !== 0) return;
    const done = [...this.rows.values()].filter((row) => !isOpen(row));
    for (const row of done.slice(0, Math.max(0, done.length - MOST_DONE))) this.rows.delete(row.order.id);
  }
}

function moved(delivery: Delivery, { status, courierId, atMs }: DeliveryNews): Delivery {
  const at = new Date(atMs).toISOString();
  const again = status === 'pending'; // of an earlier try nothing is left
  return {
    ...delivery,
    status,
    courierId,
    assignedAt: status === 'assigned_to_courier' ? at : again ? null : delivery.assignedAt,
    pickedUpAt: status === 'picked_up' ? at : again ? null : delivery.pickedUpAt,
    deliveredAt: status === 'delivered' ? at : delivery.deliveredAt,
    etaAt: again ? null : delivery.etaAt,
  };
}
