// What the installation tells every page: where realtime is, which map there is, what time it is.
import { BusinessClock, businessMs, correctedNowMs } from '../time/clock';
import { Unreachable } from './errors';
import type { Config } from './views';

export interface Installation {
  basemapUrl: string | null;
  realtimeUrl: string;
  clock: BusinessClock;
}

/** Read /config.json; raise Unreachable where it does not come. */
export async function readInstallation(): Promise<Installation> {
  let response: Response;
  let config: Config;
  try {
    response = await fetch('/config.json');
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    config = (await response.json()) as Config;
  } catch (error) {
    throw new Unreachable(error);
  }
  const realMs = correctedNowMs(Date.now(), response.headers.get('Date'));
  return {
    basemapUrl: config.basemapUrl,
    realtimeUrl: config.realtimeUrl,
    clock: new BusinessClock(businessMs(config.clock, realMs), config.clock.speed),
  };
}
