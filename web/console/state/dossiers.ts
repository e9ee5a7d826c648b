// The whole picture of the selected order: fetched when selected, again when something happened to it.
import { signal } from '@preact/signals';
import { sentenceOf } from '../../lib/api/errors';
import type { Dossier, HistoryLine } from '../../lib/api/dossier';
import type { Session } from '../../lib/api/session';
import type { Delivery, OrderDetail, Page } from '../../lib/api/views';
import { Latest } from '../../lib/live/latest';

export interface Picture {
  order: OrderDetail;
  history: HistoryLine[];
  /** Null while the order has no delivery yet. */
  dossier: Dossier | null;
}

const GATHER_MS = 200;

export class Dossiers {
  readonly picture = signal<Picture | null>(null);
  readonly problem = signal('');
  private orderId: string | null = null;
  private question: Latest<Picture> | null = null;
  private gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly session: Session) {}

  /** Look at an order, or at none. */
  open(orderId: string | null): void {
    if (orderId === this.orderId) return;
    this.orderId = orderId;
    this.question = orderId ? this.questionOf(orderId) : null;
    this.picture.value = null;
    this.problem.value = '';
    if (orderId) void this.fetch();
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
    const { question } = this;
    try {
      await question?.fetch();
    } catch (error) {
      if (question === this.question) this.problem.value = sentenceOf(error);
    }
  }

  private questionOf(orderId: string): Latest<Picture> {
    return new Latest(
      () => this.read(orderId),
      (picture) => {
        if (orderId !== this.orderId) return;
        this.picture.value = picture;
        this.problem.value = '';
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
