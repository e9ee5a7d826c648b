// The order book: news and answers cross on their way, and the row ends up as it is on the server.
import { expect, test } from 'vitest';
import type { Session } from '../lib/api/session';
import type { DeliveryStatus } from '../lib/api/views';
import { OrderBook } from '../console/state/order_book';

/** A server whose answers are held back until the test lets them go. */
class SlowServer {
  status: DeliveryStatus = 'pending';
  private held: (() => void)[] = [];

  get(path: string): Promise<unknown> {
    const delivery = { id: 'd1', orderId: 'o1', status: this.status, courierId: null };
    const answer = path.includes('/deliveries') ? { items: [delivery] } : { id: 'o1', status: 'preparing' };
    return new Promise((resolve) => this.held.push(() => resolve(answer)));
  }

  async answer(): Promise<void> {
    for (const release of this.held.splice(0)) release();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function bookOf(server: SlowServer): OrderBook {
  return new OrderBook(server as unknown as Session);
}

const ASSIGNED = { deliveryId: 'd1', orderId: 'o1', status: 'assigned_to_courier', courierId: 'c1', atMs: 0 } as const;

test('an assignment heard while a new order is fetched is not undone by the older answer', async () => {
  const server = new SlowServer();
  const book = bookOf(server);
  const done = [book.orderCame({ orderId: 'o1', status: 'pending' })];
  server.status = 'assigned_to_courier';
  done.push(book.deliveryMoved(ASSIGNED));
  await server.answer();
  expect(book.rows.size).toBe(0);
  await server.answer();
  await Promise.all(done);
  expect(book.rows.get('o1')?.delivery?.status).toBe('assigned_to_courier');
});

test('news of a known order change it at once', async () => {
  const server = new SlowServer();
  const book = bookOf(server);
  const done = book.orderCame({ orderId: 'o1', status: 'pending' });
  await server.answer();
  await done;
  await book.deliveryMoved(ASSIGNED);
  expect(book.rows.get('o1')?.delivery).toMatchObject({ status: 'assigned_to_courier', courierId: 'c1' });
});

test('an offer counts until it expires, also where its end was not heard', async () => {
  const server = new SlowServer();
  const book = bookOf(server);
  const done = book.orderCame({ orderId: 'o1', status: 'pending' });
  await server.answer();
  await done;
  const row = book.rows.get('o1')!;
  book.offerMade({ offerId: 'f1', deliveryId: 'd1', courierId: 'c1', expiresAtMs: 30_000 });
  expect([book.stage(row, 29_000), book.stage(row, 31_000)]).toEqual(['offered', 'unassigned']);
});
