// The door of the console: e-mail and password, or a one-time link that was opened.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../lib/api/errors';
import type { Session } from '../lib/api/session';
import type { Locale } from '../lib/i18n/locale';
import { LanguageSelect } from '../lib/ui/language_select';
import { t } from './speech';

interface Props {
  session: Session;
  speak: (chosen: Locale) => Promise<void>;
  /** Why the one-time link or the account did not open the door. */
  notice: string;
}

export function SignIn({ session, speak, notice }: Props): JSX.Element {
  const [problem, setProblem] = useState(notice);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem('');
    try {
      await session.signIn({ login: String(form.get('login')), password: String(form.get('password')) });
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={(event) => void submit(event)}>
        <div class="sign-in-head">
          <h1>{t('sign_in_title')}</h1>
          <LanguageSelect label={t('language')} speak={speak} />
        </div>
        <label class="field">
          <span>{t('email')}</span>
          <input class="input" name="login" autocomplete="username" required autofocus dir="ltr" />
        </label>
        <label class="field">
          <span>{t('password')}</span>
          <input class="input" name="password" type="password" autocomplete="current-password" required dir="ltr" />
        </label>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button class="button primary" disabled={busy}>
          {t('sign_in')}
        </button>
        <p class="muted meta">{t('sign_in_hint')}</p>
      </form>
    </main>
  );
}
