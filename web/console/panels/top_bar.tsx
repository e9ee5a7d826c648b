// The bar above everything: figures, connection, the city's clock, who is signed in.
import type { JSX } from 'preact';
import type { Me } from '../../lib/api/views';
import { locale, type Locale } from '../../lib/i18n/locale';
import { clockTime } from '../../lib/time/format';
import { Icon } from '../../lib/ui/icons';
import { LanguageSelect } from '../../lib/ui/language_select';
import { switchTheme, theme } from '../../lib/ui/theme';
import { t } from '../speech';
import type { City } from '../state/city';
import { ConnectionBadge } from './connection_badge';
import { FigureStrip } from './figure_strip';

interface Props {
  city: City;
  me: Me;
  speak: (chosen: Locale) => Promise<void>;
  help: () => void;
}

export function TopBar({ city, me, speak, help }: Props): JSX.Element {
  return (
    <header class="top-bar">
      <h1 class="brand">{city.zones.value.length === 1 ? city.zones.value[0]?.name : t('dispatch')}</h1>
      <FigureStrip city={city} />
      <div class="top-end">
        <ConnectionBadge city={city} />
        <CityClock city={city} />
        <LanguageSelect label={t('language')} speak={speak} />
        <button class="icon-button" aria-label={t('theme')} title={t('theme')} onClick={switchTheme}>
          <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
        </button>
        <button class="icon-button" aria-label={t('keys')} title={`${t('keys')} (?)`} onClick={help}>
          <Icon name="help" />
        </button>
        <button
          class="icon-button"
          aria-label={t('sign_out', { name: me.firstName })}
          title={t('sign_out', { name: me.firstName })}
          onClick={() => void city.session.signOut()}
        >
          <Icon name="leave" />
        </button>
      </div>
    </header>
  );
}

function CityClock({ city }: { city: City }): JSX.Element {
  const { speed } = city.installation.clock;
  return (
    <span class="city-clock" title={city.timeZone}>
      <span dir="ltr">{clockTime(city.nowMs(), locale.value, city.timeZone, true)}</span>
      {speed !== 1 && (
        <span class="speed" title={t('speed_hint')} dir="ltr">
          ×{speed}
        </span>
      )}
    </span>
  );
}
