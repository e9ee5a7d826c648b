// A banner when what is shown may be old: what is wrong, and how old it is.
import type { JSX } from 'preact';
import { locale } from '../lib/i18n/locale';
import { span } from '../lib/time/format';
import { nowMs } from '../lib/time/ticking';
import { ageS } from './arrival';
import type { Following } from './following';
import { t } from './speech';

// Short losses heal before anybody needs to know.
const PATIENCE_MS = 3000;

export function ConnectionNote({ following, over }: { following: Following; over: boolean }): JSX.Element | null {
  const { phase, sinceMs } = following.connection.state.value;
  const lost = phase === 'offline' || (phase === 'reconnecting' && nowMs.value - sinceMs > PATIENCE_MS);
  if (over || !lost) return null;
  const age = span(Math.max(1, ageS(following)), locale.value);
  return (
    <p class="note" role="status">
      {t(phase === 'offline' ? 'offline' : 'reconnecting', { age })}
    </p>
  );
}
