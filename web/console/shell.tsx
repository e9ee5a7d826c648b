// The frame of the console: bar, banner, orders, map, details.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Me } from '../lib/api/views';
import type { Locale } from '../lib/i18n/locale';
import { Banner } from './panels/banner';
import { Details } from './panels/details';
import { HelpDialog } from './panels/help_dialog';
import { MapPanel } from './panels/map_panel';
import { OrdersPanel } from './panels/orders_panel';
import { TopBar } from './panels/top_bar';
import { listenToKeys } from './keyboard';
import type { City } from './state/city';
import { selection } from './state/choice';

interface Props {
  city: City;
  me: Me;
  speak: (chosen: Locale) => Promise<void>;
}

export function Shell({ city, me, speak }: Props): JSX.Element {
  const [helps, setHelps] = useState(false);
  useEffect(() => {
    void city.start();
    return listenToKeys(city, () => setHelps(true));
  }, [city]);
  const chosen = selection.value;
  useEffect(() => {
    city.dossiers.open(chosen?.kind === 'order' ? chosen.id : null);
  }, [chosen]);
  return (
    <div class="shell">
      <TopBar city={city} me={me} speak={speak} help={() => setHelps(true)} />
      <Banner city={city} />
      <div class="panels">
        <OrdersPanel city={city} />
        <MapPanel city={city} />
        <Details city={city} />
      </div>
      {helps && <HelpDialog close={() => setHelps(false)} />}
    </div>
  );
}
