// What was handed over in the last hour, as the server counts it: the console holds a part of the orders only.
import { signal } from '@preact/signals';
import type { Session } from '../../lib/api/session';
import type { HourFigures } from '../../lib/api/views';
import { Latest } from '../../lib/live/latest';

export class LastHour {
  /** Null until the server has told. */
  readonly told = signal<HourFigures | null>(null);
  private readonly question: Latest<HourFigures>;

  constructor(session: Session) {
    this.question = new Latest(
      () => session.get<HourFigures>('/api/v1/admin/figures/last-hour'),
      (told) => {
        this.told.value = told;
      },
    );
  }

  load(): Promise<void> {
    return this.question.fetch();
  }
}

/** Return the share of deliveries that kept their promise; null where there were none. */
export function onTimeShare({ delivered, onTime }: HourFigures): number | null {
  return delivered ? onTime / delivered : null;
}
