// Where the couriers of the part of the map are that is looked at: told by the socket, or asked for over HTTP.
import { signal } from '@preact/signals';
import type { Session } from '../../lib/api/session';
import type { PlacedCourier } from '../../lib/api/views';
import type { Connection } from '../../lib/live/connection';
import type { CourierState } from '../../lib/live/frames';
import type { BusinessClock } from '../../lib/time/clock';
import type { Fleet } from './fleet';

export type Box = readonly [minLat: number, minLng: number, maxLat: number, maxLng: number];

interface Sources {
  session: Session;
  connection: Connection;
  fleet: Fleet;
  clock: BusinessClock;
  stateOf: (courier: PlacedCourier) => CourierState;
  /** Whether frames are for whoever is signed in: they hold couriers of every zone. */
  takesFrames: () => boolean;
}

export class MapFeed {
  /** The map shows more than the server sends positions for. */
  readonly tooWide = signal(false);
  private view: { box: Box; zoom: number } | null = null;
  private rev = 0;
  private asks = false;

  constructor(private readonly from: Sources) {}

  /** Watch the couriers of a part of the map. */
  look(box: Box, zoom: number): void {
    this.view = { box, zoom };
    this.watch();
  }

  /** Watch what is looked at; over a new connection it is to be said again. */
  watch(): void {
    void (this.from.takesFrames() ? this.sendView() : this.ask().catch(() => undefined));
  }

  /** Ask where the couriers are; raises what the API answers. */
  async ask(): Promise<void> {
    if (!this.view || this.asks) return; // a slow answer is waited for: asking anew would throw it away
    this.asks = true;
    const [minLatitude, minLongitude, maxLatitude, maxLongitude] = this.view.box;
    const { session, fleet, clock, stateOf } = this.from;
    try {
      const query = { minLatitude, minLongitude, maxLatitude, maxLongitude };
      const { couriers } = await session.get<{ couriers: PlacedCourier[] }>('/api/v1/admin/couriers/map', query);
      fleet.takePlaced(couriers, clock.nowMs(), clock.speed, stateOf);
    } finally {
      this.asks = false;
    }
  }

  private async sendView(): Promise<void> {
    const { connection, fleet } = this.from;
    if (!this.view || connection.state.value.phase !== 'live') return;
    const { box, zoom } = this.view;
    this.rev += 1;
    const rev = this.rev;
    this.tooWide.value = false;
    const answer = await connection.ask<{ rev: number }>('view', { bbox: box, zoom, rev }).catch(() => null);
    // Couriers outside are no longer told about; those shown would stand still.
    if (answer?.rev === this.rev) fleet.keepInside(...box);
  }
}
