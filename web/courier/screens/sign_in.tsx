// Signing in with phone and password, or registering: then a code comes by text message.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import type { Session } from '../../lib/api/session';
import { exchange } from '../../lib/api/transport';
import { locale, type Locale } from '../../lib/i18n/locale';
import { LanguageSelect } from '../../lib/ui/language_select';
import { t } from '../speech';

type Step = 'sign_in' | 'register' | 'code';

/** What the code confirms: only who knows the password confirms it. */
interface Registered {
  destination: string;
  password: string;
}

interface Props {
  session: Session;
  speak: (chosen: Locale) => Promise<void>;
  notice: string;
}

export function SignIn({ session, speak, notice }: Props): JSX.Element {
  const [step, setStep] = useState<Step>('sign_in');
  const [registered, setRegistered] = useState<Registered>({ destination: '', password: '' });
  const [problem, setProblem] = useState(notice);
  const [busy, setBusy] = useState(false);
  const acts: Record<Step, (form: FormData) => Promise<void>> = {
    sign_in: (form) => session.signIn({ login: text(form, 'phone'), password: text(form, 'password') }),
    register: async (form) => {
      setRegistered(await register(form));
      setStep('code');
    },
    code: (form) => session.checkCode({ ...registered, purpose: 'registration', code: text(form, 'code') }),
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem('');
    await acts[step](form).catch((error: unknown) => setProblem(sentenceOf(error)));
    setBusy(false);
  };
  return (
    <main class="app door">
      <div class="top">
        <h1>{t('courier')}</h1>
        <LanguageSelect label={t('language')} speak={speak} />
      </div>
      <form key={step} class="screen" onSubmit={(event) => void submit(event)}>
        {step === 'code' ? <CodeFields phone={registered.destination} /> : <AccountFields registers={step === 'register'} />}
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button class="button primary large" disabled={busy}>
          {t(step === 'sign_in' ? 'sign_in' : step === 'register' ? 'register' : 'confirm')}
        </button>
        <button class="button quiet large" type="button" onClick={() => setStep(step === 'sign_in' ? 'register' : 'sign_in')}>
          {t(step === 'sign_in' ? 'no_account' : 'have_account')}
        </button>
      </form>
    </main>
  );
}

function AccountFields({ registers }: { registers: boolean }): JSX.Element {
  return (
    <>
      {registers && (
        <div class="two">
          <Field name="firstName" label={t('first_name')} autocomplete="given-name" />
          <Field name="lastName" label={t('last_name')} autocomplete="family-name" />
        </div>
      )}
      <Field name="phone" label={t('phone')} type="tel" autocomplete="tel" placeholder="+351912345678" ltr />
      <Field
        name="password"
        label={t('password')}
        type="password"
        autocomplete={registers ? 'new-password' : 'current-password'}
        ltr
      />
    </>
  );
}

function CodeFields({ phone }: { phone: string }): JSX.Element {
  return (
    <>
      <p>{t('code_sent', { phone })}</p>
      <Field name="code" label={t('code')} autocomplete="one-time-code" ltr digits />
    </>
  );
}

interface FieldProps {
  name: string;
  label: string;
  type?: 'text' | 'tel' | 'password';
  autocomplete: string;
  placeholder?: string;
  ltr?: boolean;
  digits?: boolean;
}

function Field({ name, label, type = 'text', autocomplete, placeholder = '', ltr, digits }: FieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="input tall"
        {...(type === 'password' ? { type } : { type: type as 'tel' })}
        name={name}
        autocomplete={autocomplete}
        placeholder={placeholder}
        dir={ltr ? 'ltr' : undefined}
        inputMode={digits ? 'numeric' : undefined}
        required
      />
    </label>
  );
}

async function register(form: FormData): Promise<Registered> {
  const body = {
    phone: text(form, 'phone'),
    password: text(form, 'password'),
    firstName: text(form, 'firstName'),
    lastName: text(form, 'lastName'),
    role: 'courier',
    locale: locale.value,
  };
  const sent = await exchange<{ destination: string }>({ method: 'POST', path: '/api/v1/auth/register', body });
  return { destination: sent.destination, password: body.password };
}

function text(form: FormData, name: string): string {
  return String(form.get(name) ?? '').trim();
}
