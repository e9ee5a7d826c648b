// What the marks of couriers mean, how many of each there are, and which of them to show.
import type { JSX } from 'preact';
import { STATES, type CourierState } from '../../lib/live/frames';
import { locale } from '../../lib/i18n/locale';
import { numbersOf } from '../../lib/time/format';
import { t } from '../speech';
import { hiddenStates, toggleState } from '../state/choice';
import type { City } from '../state/city';

export function Legend({ city }: { city: City }): JSX.Element {
  void city.fleet.pulse.version.value;
  const counts = city.fleet.counts();
  return (
    <div class="legend" role="group" aria-label={t('legend')}>
      {STATES.map((state) => (
        <button
          key={state}
          class="legend-item"
          aria-pressed={!hiddenStates.value.has(state)}
          onClick={() => toggleState(state)}
        >
          <StateMark state={state} />
          {t(`state_${state}`)}
          <span class="count">{counts[state].toLocaleString(numbersOf(locale.value))}</span>
        </button>
      ))}
    </div>
  );
}

/** The mark of a state, as the map draws it. */
export function StateMark({ state, stale = false }: { state: CourierState; stale?: boolean }): JSX.Element {
  return <i class={`state-mark ${state}${stale ? ' stale' : ''}`} aria-hidden="true" />;
}
