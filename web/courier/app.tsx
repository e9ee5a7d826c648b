// The app of a signed-in courier: head, health of position and connection, and the screen that matters now.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Me } from '../lib/api/views';
import type { Locale } from '../lib/i18n/locale';
import { Icon } from '../lib/ui/icons';
import { LanguageSelect } from '../lib/ui/language_select';
import type { Desk } from './desk';
import { Apply } from './screens/apply';
import { Health } from './screens/health';
import { OfferScreen } from './screens/offer_screen';
import { Pending } from './screens/pending';
import { ShiftSwitch } from './screens/shift_switch';
import { Work } from './screens/work';
import { t } from './speech';

interface Props {
  desk: Desk;
  me: Me;
  speak: (chosen: Locale) => Promise<void>;
}

export function App({ desk, me, speak }: Props): JSX.Element {
  useEffect(() => void desk.start(), [desk]);
  const offer = desk.offers.value[0];
  return (
    <div class="app">
      <header class="top">
        <h1>
          <bdi>{me.firstName}</bdi>
        </h1>
        <LanguageSelect label={t('language')} speak={speak} />
        <button class="icon-button big" aria-label={t('sign_out')} onClick={() => void desk.session.signOut()}>
          <Icon name="leave" size={20} />
        </button>
      </header>
      <main class="screen">
        {desk.problem.value && (
          <p class="problem" role="alert">
            {desk.problem.value}
          </p>
        )}
        <Screen desk={desk} />
      </main>
      {offer && <OfferScreen key={offer.id} desk={desk} offer={offer} />}
    </div>
  );
}

function Screen({ desk }: { desk: Desk }): JSX.Element {
  const profile = desk.profile.value;
  if (profile === undefined) return <p class="center muted">{t('loading')}</p>;
  if (profile === null) return <Apply desk={desk} />;
  if (profile.verificationStatus !== 'verified') return <Pending desk={desk} profile={profile} />;
  return (
    <>
      <ShiftSwitch desk={desk} status={profile.status} />
      <Health desk={desk} />
      <Work desk={desk} />
    </>
  );
}
