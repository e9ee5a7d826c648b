// Whether what is shown is how things are, in one word and one colour.
import type { JSX } from 'preact';
import { t } from '../speech';
import type { City } from '../state/city';

export function ConnectionBadge({ city }: { city: City }): JSX.Element {
  const { phase } = city.connection.state.value;
  const shown = phase === 'live' && city.loading.trouble.value ? 'failing' : phase;
  return (
    <span class={`connection ${shown}`} role="status" data-test="connection" data-phase={shown}>
      <i class="dot" aria-hidden="true" />
      {t(`phase_${shown}`)}
    </span>
  );
}
