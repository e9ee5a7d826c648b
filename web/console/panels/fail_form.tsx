// Telling for a courier that a delivery could not be handed over, and why.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { FAILURES } from '../../lib/api/failures';
import { t } from '../speech';
import { ReasonForm } from './reason_form';

interface Props {
  move: (status: 'failed', comment: string, reason: string) => Promise<unknown>;
  done: () => void;
  drop: () => void;
}

export function FailForm({ move, done, drop }: Props): JSX.Element {
  const [failure, choose] = useState<string>('other');
  const send = (comment: string): Promise<unknown> => move('failed', comment, failure);
  return (
    <ReasonForm title={t('fail_title')} act={t('fail')} danger send={send} done={done} drop={drop}>
      <label class="field">
        <span>{t('failure')}</span>
        <select class="input" value={failure} onChange={(event) => choose(event.currentTarget.value)}>
          {FAILURES.map((one) => (
            <option key={one} value={one}>
              {t(`failure_${one}`)}
            </option>
          ))}
        </select>
      </label>
    </ReasonForm>
  );
}
