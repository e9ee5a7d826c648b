// Starts the tracking page: reads the token from the address and draws what it may know.
import { render } from 'preact';
import { readInstallation } from '../lib/api/config';
import { startTheme } from '../lib/ui/theme';
import { Following } from './following';
import { TrackPage, Unreachable } from './page';
import { speak, start } from './speech';
import './track.css';

async function main(): Promise<void> {
  const page = document.getElementById('page');
  if (!page) return;
  startTheme('system');
  await start();
  const token = decodeURIComponent(location.pathname.split('/')[2] ?? '');
  for (;;) {
    try {
      const following = new Following(token, await readInstallation());
      render(<TrackPage following={following} speak={speak} />, page);
      await following.start();
      return;
    } catch {
      render(<Unreachable />, page);
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

void main();
