// The state of the live connection in one word and one colour.
import type { JSX } from 'preact';
import type { Connection } from '../../lib/live/connection';
import { t } from '../speech';

export function ConnectionBadge({ connection }: { connection: Connection }): JSX.Element {
  const { phase } = connection.state.value;
  return (
    <span class={`connection ${phase}`} role="status" data-test="connection" data-phase={phase}>
      <i class="dot" aria-hidden="true" />
      {t(`phase_${phase}`)}
    </span>
  );
}
