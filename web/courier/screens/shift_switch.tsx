// Going online, on a break, home: one large button and a smaller one.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import type { CourierStatus } from '../../lib/api/views';
import type { Desk } from '../desk';
import { t } from '../speech';

export function ShiftSwitch({ desk, status }: { desk: Desk; status: CourierStatus }): JSX.Element {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const go = async (next: Exclude<CourierStatus, 'on_delivery'>): Promise<void> => {
    setBusy(true);
    setProblem('');
    await desk.changeStatus(next).catch((error: unknown) => setProblem(sentenceOf(error)));
    setBusy(false);
  };
  return (
    <section class={`card shift ${status}`}>
      <p class="shift-state" data-test="status">
        <i class="dot" aria-hidden="true" /> {t(`status_${status}`)}
      </p>
      {status === 'offline' && (
        <>
          <p class="muted">{t('location_primer')}</p>
          <button class="button primary large" disabled={busy} onClick={() => void go('online')}>
            {t('go_online')}
          </button>
        </>
      )}
      {status === 'online' && (
        <div class="two">
          <button class="button tall-button" disabled={busy} onClick={() => void go('on_break')}>
            {t('take_break')}
          </button>
          <button class="button tall-button" disabled={busy} onClick={() => void go('offline')}>
            {t('go_offline')}
          </button>
        </div>
      )}
      {status === 'on_break' && (
        <div class="two">
          <button class="button primary tall-button" disabled={busy} onClick={() => void go('online')}>
            {t('end_break')}
          </button>
          <button class="button tall-button" disabled={busy} onClick={() => void go('offline')}>
            {t('go_offline')}
          </button>
        </div>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
