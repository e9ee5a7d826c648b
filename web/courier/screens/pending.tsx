// Between applying and working: the papers are being looked at, or were not right.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Desk } from '../desk';
import { t } from '../speech';
import type { Profile } from '../views';
import { Apply } from './apply';

const LOOK_MS = 4000;

export function Pending({ desk, profile }: { desk: Desk; profile: Profile }): JSX.Element {
  useEffect(() => {
    const timer = setInterval(() => void desk.refresh(), LOOK_MS);
    return () => clearInterval(timer);
  }, [desk]);
  if (profile.verificationStatus === 'rejected') {
    return (
      <>
        <p class="problem">{t('rejected', { reason: profile.rejectedReason ?? '' })}</p>
        <Apply desk={desk} />
      </>
    );
  }
  return (
    <div class="center" role="status">
      <h2>{t('pending_title')}</h2>
      <p class="muted">{t('pending_more')}</p>
    </div>
  );
}
