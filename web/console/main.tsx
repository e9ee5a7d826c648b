// Starts the console: who is signed in, then the city.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { sentenceOf } from '../lib/api/errors';
import { Session } from '../lib/api/session';
import type { Me } from '../lib/api/views';
import { startTheme } from '../lib/ui/theme';
import './console.css';
import { installationFor, openSession } from './opening';
import { Shell } from './shell';
import { SignIn } from './sign_in';
import { speak, start, t } from './speech';
import { addressText, readAddress } from './state/choice';
import { City } from './state/city';

const STAFF: ReadonlySet<Me['role']> = new Set(['operator', 'manager', 'location_admin', 'admin', 'super_admin']);

async function main(): Promise<void> {
  const page = document.getElementById('page');
  if (!page) return;
  startTheme('dark');
  await start();
  readAddress(location.search);
  // Panels say what fails and ask again themselves: a failed read is told at once.
  const session = new Session('console_cookie', 1);
  let notice = await openSession(page, session);
  const installation = await installationFor(page);
  let city: City | null = null;
  effect(() => {
    history.replaceState(null, '', location.pathname + addressText());
  });
  effect(() => {
    const me = session.me.value;
    if (me && STAFF.has(me.role)) {
      city ??= new City(session, installation);
      render(<Shell city={city} me={me} speak={speak} />, page);
    } else {
      if (me) notice = t('not_staff', { role: me.role });
      if (city) return location.reload(); // signed out: start anew, with nothing in memory
      render(<SignIn key={notice} session={session} speak={speak} notice={notice} />, page);
    }
  });
}

main().catch((error: unknown) => {
  const page = document.getElementById('page');
  if (page) render(<p class="quiet-page">{sentenceOf(error)}</p>, page);
});
