// Starts the courier's app: who is signed in, then the desk.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { readInstallation } from '../lib/api/config';
import { sentenceOf } from '../lib/api/errors';
import { Session } from '../lib/api/session';
import { startTheme } from '../lib/ui/theme';
import { App } from './app';
import './courier.css';
import { Desk } from './desk';
import { SignIn } from './screens/sign_in';
import { speak, start, t } from './speech';

async function main(): Promise<void> {
  const page = document.getElementById('page');
  if (!page) return;
  startTheme('system');
  await start();
  const session = new Session('courier_cookie');
  const installation = await readInstallation();
  let notice = '';
  await session.resume().catch((error: unknown) => {
    notice = sentenceOf(error);
    session.me.value = null;
  });
  let desk: Desk | null = null;
  effect(() => {
    const me = session.me.value;
    if (me?.role === 'courier') {
      desk ??= new Desk(session, installation);
      render(<App desk={desk} me={me} speak={speak} />, page);
    } else {
      if (desk) return location.reload(); // signed out: start anew, with nothing in memory
      if (me) notice = t('not_courier');
      render(<SignIn key={notice} session={session} speak={speak} notice={notice} />, page);
    }
  });
}

main().catch((error: unknown) => {
  const page = document.getElementById('page');
  if (page) render(<p class="center">{sentenceOf(error)}</p>, page);
});
