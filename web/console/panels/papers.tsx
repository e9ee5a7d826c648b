// Whoever applied as a courier: a manager looks at the papers and decides.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import type { StaffCourier } from '../../lib/api/views';
import { t } from '../speech';
import type { City } from '../state/city';
import { ReasonForm } from './reason_form';

export function Papers({ city, courier }: { city: City; courier: StaffCourier }): JSX.Element | null {
  const [refuses, setRefuses] = useState(false);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  if (courier.verificationStatus === 'verified') return null;
  if (courier.verificationStatus === 'rejected') return <p class="muted">{t('papers_rejected')}</p>;
  if (!city.mayManageCouriers) return <p class="muted">{t('papers_wait')}</p>;
  if (refuses) {
    return (
      <ReasonForm
        title={t('reject_title')}
        act={t('reject')}
        danger
        send={(reason) => city.roster.reject(courier.id, reason)}
        done={() => setRefuses(false)}
        drop={() => setRefuses(false)}
      />
    );
  }
  const verify = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    await city.roster.verify(courier.id).catch((error: unknown) => setProblem(sentenceOf(error)));
    setBusy(false);
  };
  return (
    <section class="decision" data-test="papers">
      <h3>{t('papers_title')}</h3>
      <p class="muted">{t('papers_more')}</p>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="acts">
        <button class="button primary" disabled={busy} onClick={() => void verify()}>
          {t('verify')}
        </button>
        <button class="button" disabled={busy} onClick={() => setRefuses(true)}>
          {t('reject')}
        </button>
      </div>
    </section>
  );
}
