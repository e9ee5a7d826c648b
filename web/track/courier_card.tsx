// Who brings it: first name, vehicle, and how many others come first.
import type { JSX } from 'preact';
import { Icon } from '../lib/ui/icons';
import { t } from './speech';
import { isAboard } from './story';
import type { TrackingView } from './view';

export function CourierCard({ view }: { view: TrackingView }): JSX.Element {
  const vehicle = view.courierVehicle;
  const stops = view.stopsBefore;
  return (
    <section class="card courier">
      <span class="badge">{vehicle && <Icon name={vehicle} size={22} />}</span>
      <div>
        <h2>
          <bdi>{view.courierName}</bdi>
        </h2>
        <p class="muted meta">
          {t('courier')}
          {vehicle && ` · ${t(vehicle)}`}
        </p>
      </div>
      {isAboard(view) || stops > 0 ? (
        <p class="queue">{stops > 0 ? t('stops_before', { n: stops }) : t('you_are_next')}</p>
      ) : null}
    </section>
  );
}
