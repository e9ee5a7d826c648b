// Something is wrong: give the delivery back before pickup, or say why it could not be handed over.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import { FAILURES } from '../../lib/api/failures';
import type { Desk } from '../desk';
import { t } from '../speech';
import type { CourierDelivery } from '../views';

interface Props {
  desk: Desk;
  delivery: CourierDelivery;
  done: () => void;
}

export function ProblemForm({ desk, delivery, done }: Props): JSX.Element {
  const [problem, setProblem] = useState('');
  const aboard = delivery.status !== 'assigned_to_courier';
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const comment = String(form.get('comment') ?? '').trim();
    const reason = String(form.get('reason') ?? '');
    try {
      await desk.report(delivery.id, {
        status: aboard ? 'failed' : 'pending',
        ...(aboard ? { reason } : {}),
        ...(comment ? { comment } : {}),
      });
      done();
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <form class="acts" onSubmit={(event) => void submit(event)}>
      <p>{t(aboard ? 'problem_aboard' : 'problem_before')}</p>
      {aboard && (
        <label class="field">
          <span>{t('reason')}</span>
          <select class="input tall" name="reason" required>
            {FAILURES.map((one) => (
              <option key={one} value={one}>
                {t(`failure_${one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="field">
        <span>{t('comment')}</span>
        <input class="input tall" name="comment" maxLength={500} />
      </label>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <button class="button danger large">{t(aboard ? 'report' : 'give_back')}</button>
      <button class="button large" type="button" onClick={done}>
        {t('back')}
      </button>
    </form>
  );
}
