// What is wrong with deliveries on their way, as the server watches it: stuck, off the route, late or about to be.
import type { Session } from '../../lib/api/session';
import type { Alert } from '../../lib/api/views';
import { Latest } from '../../lib/live/latest';
import { Pulse } from './pulse';

export interface AlertNews {
  kind: Alert['kind'];
  deliveryId: string;
  open: boolean;
}

/** Kinds that the list shows; what is late shows in its countdown. */
const SHOWN: readonly Alert['kind'][] = ['stuck', 'off_route'];

export class Alerts {
  readonly pulse = new Pulse();
  private readonly byDelivery = new Map<string, Set<Alert['kind']>>();
  private readonly question: Latest<{ alerts: Alert[] }>;

  constructor(session: Session) {
    this.question = new Latest(
      () => session.get<{ alerts: Alert[] }>('/api/v1/admin/alerts'),
      ({ alerts }) => this.take(alerts),
    );
  }

  load(): Promise<void> {
    return this.question.fetch();
  }

  changed({ kind, deliveryId, open }: AlertNews): void {
    this.question.outdate();
    const kinds = this.byDelivery.get(deliveryId) ?? new Set();
    if (open) kinds.add(kind);
    else kinds.delete(kind);
    this.byDelivery.set(deliveryId, kinds);
    if (kinds.size === 0) this.byDelivery.delete(deliveryId);
    this.pulse.beat();
  }

  /** Return what the list says of a delivery; null where all goes well. */
  shownOf(deliveryId: string | undefined): 'stuck' | 'off_route' | null {
    const kinds = deliveryId ? this.byDelivery.get(deliveryId) : undefined;
    const found = SHOWN.find((kind) => kinds?.has(kind));
    return found === 'stuck' || found === 'off_route' ? found : null;
  }

  private take(alerts: Alert[]): void {
    this.byDelivery.clear();
    for (const { deliveryId, kind } of alerts) {
      this.byDelivery.set(deliveryId, (this.byDelivery.get(deliveryId) ?? new Set()).add(kind));
    }
    this.pulse.beatNow();
  }
}
