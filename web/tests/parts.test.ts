// Several questions as one: a failure of one does not throw away what the others brought.
import { beforeEach, expect, test } from 'vitest';
import { Parts } from '../lib/live/parts';

let asked: string[];
let failing: string;
let parts: Parts;

beforeEach(() => {
  [asked, failing] = [[], 'orders'];
  const part = (name: string) => async (): Promise<void> => {
    asked.push(name);
    if (name === failing) throw new Error(`no ${name}`);
  };
  parts = new Parts([part('orders'), part('couriers'), part('zones')]);
});

test('after a failure only what is still to come is asked again', async () => {
  await expect(parts.ask()).rejects.toThrow('no orders');
  failing = '';
  asked = [];
  await parts.ask();
  await parts.ask();
  expect(asked).toEqual(['orders']);
});

test('what no longer holds is asked anew as a whole', async () => {
  await expect(parts.ask()).rejects.toThrow();
  failing = '';
  parts.outdate();
  asked = [];
  await parts.ask();
  expect(asked).toEqual(['orders', 'couriers', 'zones']);
});

test('an answer to an outdated question does not count', async () => {
  failing = '';
  const earlier = parts.ask();
  parts.outdate();
  await earlier;
  await parts.ask();
  expect(asked).toHaveLength(6);
});
