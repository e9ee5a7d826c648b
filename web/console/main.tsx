// Starts the console: who is signed in, then the city.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { readInstallation } from '../lib/api/config';
import { sentenceOf } from '../lib/api/errors';
import { Session } from '../lib/api/session';
import type { Me } from '../lib/api/views';
import { startTheme } from '../lib/ui/theme';
import './console.css';
import { takeLink } from './one_time_link';
import { Shell } from './shell';
import { SignIn } from './sign_in';
import { speak, start, t } from './speech';
import { addressText, readAddress } from './state/choice';
import { City } from './state/city';

const STAFF: ReadonlySet<Me['role']> = new Set(['operator', 'manager', 'admin', 'super_admin']);

/** Open the session that a link or the cookie carries; return what is wrong, or nothing. */
async function openSession(session: Session): Promise<string> {
  const link = takeLink();
  try {
    if (link) await session.checkCode(link);
    else await session.resume();
    return '';
  } catch (error) {
    session.me.value = null;
    return sentenceOf(error);
  }
}

async function main(): Promise<void> {
  const page = document.getElementById('page');
  if (!page) return;
  startTheme('dark');
  await start();
  readAddress(location.search);
  const session = new Session('console_cookie');
  let notice = await openSession(session);
  const installation = await readInstallation();
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
