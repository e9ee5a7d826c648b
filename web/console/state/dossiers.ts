// The whole picture of the selected order: fetched when selected, again when something happened to it.
import { signal } from '@preact/signals';
import type { Dossier, HistoryLine } from '../../lib/api/dossier';
import type { Session } from '../../lib/api/session';
import type { Delivery, OrderDetail, Page } from '../../lib/api/views';
import { Persistent, type Trouble } from '../../lib/live/persistent';

export interface Picture {
  order: OrderDetail;
  history: HistoryLine[];
  /** Null while the order has no delivery yet. */
  dossier: Dossier | null;
}

const GATHER_MS = 200;

/** Why nobody takes an order changes without news: it is read again while the order waits. */
const WAITING_MS = 3000;

export class Dossiers {
  readonly picture = signal<Picture | null>(null);
  private orderId: string | null = null;
  private readonly question = signal<Persistent<Picture> | null>(null);
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly session: Session) {}

  /** Why the picture does not come, or is not the newest. */
  get trouble(): Trouble | null {
    return this.question.value?.trouble.value ?? null;
  }

  /** Look at an order, or at none. */
  open(orderId: string | null): void {
    if (orderId === this.orderId) return;
    this.question.peek()?.stop();
    clearTimeout(this.waiting);
    this.orderId = orderId;
    this.question.value = orderId ? this.questionOf(orderId) : null;
    this.picture.value = null;
    void this.fetch();
  }

  /** Something happened to an order or its delivery. */
  changed(id: string | undefined): void {
    const ours = id === this.orderId || id === this.picture.value?.dossier?.delivery.id;
    if (id && ours) this.fetchSoon();
  }

  fetchSoon(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      void this.fetch();
    }, GATHER_MS);
  }

  async fetch(): Promise<void> {
    await this.question.peek()?.ask();
  }

  private questionOf(orderId: string): Persistent<Picture> {
    return new Persistent(
      () => this.read(orderId),
      (picture) => {
        if (orderId !== this.orderId) return;
        this.picture.value = picture;
        clearTimeout(this.waiting);
        if (picture.dossier?.delivery.status === 'pending') {
          this.waiting = setTimeout(() => void this.fetch(), WAITING_MS);
        }
      },
    );
  }

  private async read(orderId: string): Promise<Picture> {
    const base = `/api/v1/admin/orders/${orderId}`;
    const [order, history, deliveries] = await Promise.all([
      this.session.get<OrderDetail>(base),
      this.session.get<{ changes: HistoryLine[] }>(`${base}/history`),
      this.session.get<Page<Delivery>>('/api/v1/admin/deliveries', { orderId, pageSize: 1 }),
    ]);
    const delivery = deliveries.items[0];
    const dossier = delivery
      ? await this.session.get<Dossier>(`/api/v1/admin/deliveries/${delivery.id}`)
      : null;
    return { order, history: history.changes, dossier };
  }
}
