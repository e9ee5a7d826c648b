// Which buttons a dispatcher gets: only what the API would take.
import { expect, test } from 'vitest';
import { actsFor, hasGoods } from '../console/state/acts';

test('what waits is assigned, what has a courier can be taken back too', () => {
  expect(actsFor('pending', ['*'])).toEqual(['assign', 'cancel']);
  expect(actsFor('assigned_to_courier', ['*'])).toEqual(['assign', 'unassign', 'cancel']);
});

test('what was brought back is sent out again, not assigned', () => {
  expect(actsFor('returned', ['*'])).toEqual(['again', 'cancel']);
});

test('what is aboard of a courier who is gone can be told as failed, then as brought back', () => {
  for (const status of ['picked_up', 'in_transit'] as const) {
    expect([actsFor(status, ['*']), hasGoods(status)]).toEqual([['fail'], true]);
  }
  expect([actsFor('failed', ['*']), hasGoods('failed')]).toEqual([['brought_back'], true]);
});

test('an order without a delivery can be cancelled', () => {
  expect([actsFor(null, ['*']), hasGoods(null)]).toEqual([['cancel'], false]);
});

test('only what the session may do is offered', () => {
  expect(actsFor('pending', ['order:manage', 'courier:read'])).toEqual(['cancel']);
  expect(actsFor('pending', ['dispatch:*'])).toEqual(['assign']);
  expect(actsFor('picked_up', ['order:manage'])).toEqual([]);
});
