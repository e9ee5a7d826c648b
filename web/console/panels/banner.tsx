// What is wrong right now and since when, with what to do about it.
import type { JSX } from 'preact';
import type { State } from '../../lib/live/connection';
import { locale } from '../../lib/i18n/locale';
import { span } from '../../lib/time/format';
import { nowMs } from '../../lib/time/ticking';
import { said, t } from '../speech';
import type { City } from '../state/city';
import { TroubleText } from './trouble_note';

const PATIENCE_MS = 1500;

export function Banner({ city }: { city: City }): JSX.Element | null {
  const state = city.connection.state.value;
  const text = textOf(state);
  const trouble = city.loading.trouble.value;
  if (!text && !trouble) return null;
  return (
    <div class="banner" role="status">
      {text && <span>{text}</span>}
      {text && state.phase !== 'offline' && state.phase !== 'stale' && (
        <button class="button" onClick={() => city.connection.retry()}>
          {t('retry')}
        </button>
      )}
      {trouble && !text && <TroubleText what="state_failed" trouble={trouble} retry={() => void city.load()} />}
    </div>
  );
}

function textOf({ phase, sinceMs, reason }: State): string | null {
  const ageMs = nowMs.value - sinceMs;
  const age = span(Math.max(1, ageMs / 1000), locale.value);
  switch (phase) {
    case 'offline':
      return t('banner_offline', { age });
    case 'reconnecting':
      return ageMs < PATIENCE_MS ? null : t('banner_reconnecting', { age });
    case 'stale':
      return t('banner_stale', { age });
    case 'ended':
      return t('banner_ended', { reason: said('ended', reason) });
    default:
      return null;
  }
}
