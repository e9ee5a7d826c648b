// Applying as a courier: vehicle and the zone to work in.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../../lib/api/errors';
import type { VehicleType, Zone } from '../../lib/api/views';
import { Icon } from '../../lib/ui/icons';
import type { Desk } from '../desk';
import { t } from '../speech';

const VEHICLES: readonly VehicleType[] = ['on_foot', 'bicycle', 'motorcycle', 'car'];

export function Apply({ desk }: { desk: Desk }): JSX.Element {
  const [zones, setZones] = useState<Zone[]>([]);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    desk.session
      .all<Zone>('/api/v1/delivery-zones')
      .then(setZones)
      .catch((error: unknown) => setProblem(sentenceOf(error)));
  }, [desk]);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const body = { vehicleType: form.get('vehicle'), homeZoneId: form.get('zone') };
    try {
      await desk.session.post('/api/v1/courier/register', body);
      await desk.refresh();
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <form class="screen" onSubmit={(event) => void submit(event)}>
      <h2>{t('apply_title')}</h2>
      <fieldset class="vehicles">
        <legend class="muted meta">{t('vehicle')}</legend>
        {VEHICLES.map((one, i) => (
          <label key={one} class="vehicle">
            <input type="radio" name="vehicle" value={one} defaultChecked={i === 1} />
            <Icon name={one} size={22} />
            {t(one)}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{t('zone')}</span>
        <select class="input tall" name="zone" required>
          {zones.map((zone) => (
            <option key={zone.id} value={zone.id}>
              {zone.name}
            </option>
          ))}
        </select>
      </label>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <button class="button primary large" disabled={zones.length === 0}>
        {t('apply')}
      </button>
    </form>
  );
}
