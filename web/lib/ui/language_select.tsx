// The language switch of every page; each language is named in its own words.
import type { JSX } from 'preact';
import { locale, LOCALES, OWN_NAMES, type Locale } from '../i18n/locale';

interface Props {
  label: string;
  speak: (chosen: Locale) => Promise<void>;
}

export function LanguageSelect({ label, speak }: Props): JSX.Element {
  return (
    <select
      class="select"
      aria-label={label}
      value={locale.value}
      onChange={(event) => void speak(event.currentTarget.value as Locale)}
    >
      {LOCALES.map((one) => (
        <option key={one} value={one} lang={one}>
          {OWN_NAMES[one]}
        </option>
      ))}
    </select>
  );
}
