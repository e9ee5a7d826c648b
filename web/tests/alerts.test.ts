// Alerts of the console: what the server listed, then each change.
import { expect, test } from 'vitest';
import { Alerts } from '../console/state/alerts';
import type { Session } from '../lib/api/session';

function alertsOf(listed: { kind: string; deliveryId: string }[]): Alerts {
  const session = { get: () => Promise.resolve({ alerts: listed }) };
  return new Alerts(session as unknown as Session);
}

test('a delivery shows what is wrong with its way, not that it is late', async () => {
  const alerts = alertsOf([
    { kind: 'late', deliveryId: 'a' },
    { kind: 'off_route', deliveryId: 'b' },
  ]);
  await alerts.load();
  expect([alerts.shownOf('a'), alerts.shownOf('b'), alerts.shownOf(undefined)]).toEqual([null, 'off_route', null]);
});

test('changes are taken up: stuck comes before off the route, and what is over goes', async () => {
  const alerts = alertsOf([{ kind: 'off_route', deliveryId: 'b' }]);
  await alerts.load();
  alerts.changed({ kind: 'stuck', deliveryId: 'b', open: true });
  expect(alerts.shownOf('b')).toBe('stuck');
  alerts.changed({ kind: 'stuck', deliveryId: 'b', open: false });
  alerts.changed({ kind: 'off_route', deliveryId: 'b', open: false });
  expect(alerts.shownOf('b')).toBe(null);
});
