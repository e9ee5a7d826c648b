// Whether dispatch can see this phone: position, connection, what waits to be sent, and the honest limit.
import type { JSX } from 'preact';
import { locale } from '../../lib/i18n/locale';
import { distance, numbersOf, span } from '../../lib/time/format';
import { nowMs } from '../../lib/time/ticking';
import { Icon } from '../../lib/ui/icons';
import type { Desk } from '../desk';
import { t } from '../speech';
import { screenStaysOn } from '../wake_lock';

const QUIET_MS = 20_000;

export function Health({ desk }: { desk: Desk }): JSX.Element {
  const { phase, reason } = desk.connection.state.value;
  const onShift = desk.isOnShift;
  return (
    <section class="card health" aria-label={t('health')}>
      <p class={`health-line ${phase === 'live' ? 'good' : 'warn'}`} role="status" data-test="connection" data-phase={phase}>
        <Icon name="signal" />
        <span>
          {t(`phase_${phase}`)}
          {phase === 'ended' && reason === 'replaced' && ` · ${t('ended_replaced')}`}
        </span>
        {phase === 'ended' && (
          <button class="button" onClick={() => desk.connection.retry()}>
            {t('use_here')}
          </button>
        )}
      </p>
      {onShift && <Position desk={desk} />}
      {(onShift || desk.waiting.value > 0) && (
        <p class="health-line" data-test="waiting">
          <Icon name="clock" />
          <span>{kept(desk)}</span>
        </p>
      )}
      {desk.trouble.value && (
        <div class="problem" role="alert" data-test="trouble">
          <strong>{t(desk.trouble.value)}</strong> {t(`${desk.trouble.value}_more`)}
        </div>
      )}
      {onShift && (
        <p class="muted meta limit">
          {t('limit')} {screenStaysOn.value ? t('screen_on') : t('screen_off')}
        </p>
      )}
    </section>
  );
}

/** Say what waits; "saved" only of what the server acknowledged. */
function kept(desk: Desk): string {
  if (desk.waiting.value > 0) return t('waiting', { n: desk.waiting.value });
  return t(desk.isSaved.value ? 'nothing_waits' : 'none_saved');
}

function Position({ desk }: { desk: Desk }): JSX.Element {
  const trouble = desk.gps.trouble.value;
  const last = desk.gps.last.value;
  const ageMs = last ? nowMs.value - last.atMs : Infinity;
  if (trouble === 'denied') {
    return (
      <div class="problem" role="alert">
        <strong>{t('gps_denied')}</strong> {t('gps_denied_more')}
      </div>
    );
  }
  const text = last
    ? t('gps_good', {
        accuracy: distance(Math.max(10, last.reading.accuracyM), locale.value),
        age: span(Math.max(0, ageMs / 1000), locale.value),
      })
    : t(trouble === 'unsupported' ? 'gps_unsupported' : 'gps_waiting');
  const sent = desk.sentAtMs.value;
  return (
    <p class={`health-line ${ageMs < QUIET_MS && trouble === null ? 'good' : 'warn'}`} data-test="gps">
      <Icon name="pin" />
      <span>
        {text}
        {sent !== null && (
          <span class="muted">
            {' · '}
            {t('sent', { n: Math.max(0, Math.round((nowMs.value - sent) / 1000)).toLocaleString(numbersOf(locale.value)) })}
          </span>
        )}
      </span>
    </p>
  );
}
