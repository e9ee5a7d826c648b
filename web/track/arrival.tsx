// The arrival time, how long until then, what was promised, and how old this knowledge is.
import type { JSX } from 'preact';
import { locale } from '../lib/i18n/locale';
import { clockTime, span } from '../lib/time/format';
import { nowMs } from '../lib/time/ticking';
import type { Following } from './following';
import { t } from './speech';
import { isLate, ms, type Chapter } from './story';
import type { TrackingView } from './view';

interface Props {
  following: Following;
  view: TrackingView;
  chapter: Chapter;
}

export function Arrival({ following, view, chapter }: Props): JSX.Element {
  const time = (at: number): string => clockTime(at, locale.value);
  if (chapter === 'cancelled') return <p class="muted">{t('cancelled_more')}</p>;
  if (chapter === 'failed' || chapter === 'returning') return <p class="muted">{t('failed_more')}</p>;
  if (chapter === 'delivered') {
    const at = ms(view.deliveredAt);
    return at === null ? <></> : <Figure label={t('arrived')} figure={time(at)} more="" />;
  }
  const promise = { from: time(Date.parse(view.promisedFrom)), until: time(Date.parse(view.promisedUntil)) };
  const etaMs = following.etaMs.value;
  const late = isLate(view, etaMs);
  return (
    <>
      {etaMs === null ? (
        <Figure label={t('expected')} figure={`${promise.from}–${promise.until}`} more="" />
      ) : (
        <Figure label={t('arrives')} figure={time(etaMs)} more={untilThen(following, etaMs)} />
      )}
      <p class="meta muted promise">
        {etaMs !== null && <span class={late ? 'late' : ''}>{t(late ? 'later' : 'promised', promise)}</span>}
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

function untilThen(following: Following, etaMs: number): string {
  void nowMs.value; // once a second
  const minutes = Math.round((etaMs - following.installation.clock.nowMs()) / 60_000);
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
  return Math.max(0, Math.round((nowMs.value - following.heardAtMs.value) / 1000));
}
