// The four steps of an order, with the time each happened or is expected.
import type { JSX } from 'preact';
import { locale } from '../lib/i18n/locale';
import { dayTime } from '../lib/time/format';
import { Icon } from '../lib/ui/icons';
import { t } from './speech';
import { stepsOf, type Step } from './story';
import type { TrackingView } from './view';

interface Props {
  view: TrackingView;
  etaMs: number | null;
  /** Business time. */
  nowMs: number;
}

export function Steps({ view, etaMs, nowMs }: Props): JSX.Element {
  return (
    <ol class="steps">
      {stepsOf(view, etaMs, nowMs).map((step) => (
        <li key={step.name} class={step.state} aria-current={step.state === 'now' ? 'step' : undefined}>
          <span class="mark">{step.state === 'done' && <Icon name="check" size={12} />}</span>
          <span class="name">
            {t(`step_${step.name}`)}
            <span class="visually-hidden"> · {t(step.state)}</span>
          </span>
          <span class="muted meta">{timeOf(step, nowMs)}</span>
        </li>
      ))}
    </ol>
  );
}

function timeOf(step: Step, nowMs: number): string {
  if (step.atMs === null) return '';
  const time = dayTime(step.atMs, nowMs, locale.value);
  return step.state === 'done' ? time : t('about', { time });
}
