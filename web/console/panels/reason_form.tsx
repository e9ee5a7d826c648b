// A decision that needs a reason: what it does, why, confirm.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import { t } from '../speech';

interface Props {
  title: string;
  act: string;
  danger?: boolean;
  /** The reason is shown word for word to whoever ordered. */
  customerReads?: boolean;
  send: (reason: string) => Promise<unknown>;
  done: () => void;
  drop: () => void;
  /** False while something else is missing. */
  ready?: boolean;
  children?: ComponentChildren;
}

export function ReasonForm(props: Props): JSX.Element {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const hint = props.customerReads ? 'reason-hint' : undefined;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get('reason')).trim();
    if (!reason) return;
    setBusy(true);
    setProblem('');
    try {
      await props.send(reason);
      props.done();
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <form class="decision" onSubmit={(event) => void submit(event)} aria-label={props.title}>
      <h3>{props.title}</h3>
      {props.children}
      <label class="field">
        <span>{t('reason')}</span>
        <input class="input" name="reason" required maxLength={500} autocomplete="off" aria-describedby={hint} />
      </label>
      {hint && (
        <p id={hint} class="muted meta">
          {t('customer_reads')}
        </p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="acts">
        <button class={props.danger ? 'button danger' : 'button primary'} disabled={busy || props.ready === false}>
          {props.act}
        </button>
        <button class="button" type="button" onClick={props.drop}>
          {t('back')}
        </button>
      </div>
    </form>
  );
}
