// Who wants to become a courier and waits for an answer; shown to those who may give one.
import type { JSX } from 'preact';
import { Icon } from '../../lib/ui/icons';
import { t } from '../speech';
import { select } from '../state/choice';
import type { City } from '../state/city';

export function Applicants({ city }: { city: City }): JSX.Element | null {
  void city.roster.pulse.version.value;
  const waiting = city.mayManageCouriers ? city.roster.applicants() : [];
  if (waiting.length === 0) return null;
  return (
    <section class="applicants" data-test="applicants">
      <h3>{t('applicants', { n: waiting.length })}</h3>
      <ul>
        {waiting.map((courier) => (
          <li key={courier.id}>
            <button class="plain roster-row" onClick={() => select({ kind: 'courier', id: courier.id })}>
              <Icon name={courier.vehicleType} />
              <bdi class="roster-name">
                {courier.firstName} {courier.lastName}
              </bdi>
              <span class="warn meta">{t('papers_title')}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
