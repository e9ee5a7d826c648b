// The arrival time, how long until then, what was promised, and how old this knowledge is.
import type { JSX } from 'preact';
import { locale } from '../lib/i18n/locale';
import { dayTime, span, timesOf } from '../lib/time/format';
import { nowMs as realMs } from '../lib/time/ticking';
import type { Following } from './following';
import { t } from './speech';
import { ageMs, isLate, ms, rangeToShow, type Chapter } from './story';
import type { TrackingView } from './view';

interface Props {
  following: Following;
  view: TrackingView;
  chapter: Chapter;
  /** Business time. */
  nowMs: number;
}

export function Arrival({ following, view, chapter, nowMs }: Props): JSX.Element {
  const time = (at: number): string => dayTime(at, nowMs, locale.value);
  if (chapter === 'cancelled') return <p class="muted">{t('cancelled_more')}</p>;
  if (chapter === 'failed' || chapter === 'returning') return <p class="muted">{t('failed_more')}</p>;
  if (chapter === 'delivered') {
    const at = ms(view.deliveredAt);
    return at === null ? <></> : <Figure label={t('arrived')} figure={time(at)} more="" />;
  }
  const promise = timesOf(Date.parse(view.promisedFrom), Date.parse(view.promisedUntil), nowMs, locale.value);
  const etaMs = following.etaMs.value;
  const late = isLate(view, etaMs, nowMs);
  const range = rangeToShow(following.etaRange.value, nowMs);
  const shown = range && timesOf(range.fromMs, range.untilMs, nowMs, locale.value);
  const figure = shown ? `${shown.from}–${shown.until}` : time(etaMs ?? 0);
  return (
    <>
      {etaMs !== null && <Figure label={t('arrives')} figure={figure} more={untilThen(etaMs - nowMs)} />}
      {etaMs === null && late && <p data-test="eta">{t('no_time_yet')}</p>}
      {etaMs === null && !late && <Figure label={t('expected')} figure={`${promise.from}–${promise.until}`} more="" />}
      <p class="meta muted promise">
        {(late || etaMs !== null) && (
          <span class={late ? 'late' : ''} data-test="promise">
            {t(late ? 'later' : 'promised', promise)}
          </span>
        )}
        <Age following={following} />
      </p>
    </>
  );
}

function Figure({ label, figure, more }: { label: string; figure: string; more: string }): JSX.Element {
  return (
    <p class="figure">
      <span class="muted">{label}</span>
      <strong data-test="eta">{figure}</strong>
      <span>{more}</span>
    </p>
  );
}

function untilThen(leftMs: number): string {
  const minutes = Math.round(leftMs / 60_000);
  return minutes < 1 ? t('any_moment') : t('in_minutes', { n: minutes });
}

function Age({ following }: { following: Following }): JSX.Element {
  const age = ageS(following);
  return (
    <span data-test="age">
      {age < 5 ? t('just_now') : t('updated', { age: span(age, locale.value, 'narrow') })}
    </span>
  );
}

/** Return how old our knowledge is, whole seconds. */
export function ageS(following: Following): number {
  const sinceHeardMs = realMs.value - following.heardAtMs.value;
  const view = following.view.value;
  return Math.round((view ? ageMs(view, following.nowMs(), sinceHeardMs) : sinceHeardMs) / 1000);
}
