// Long lists are read from row to row: what ends while we read moves nothing out of sight.
import { afterEach, expect, test, vi } from 'vitest';
import { Session } from '../lib/api/session';

interface Row {
  id: string;
}

/** A server with a list, newest first; it counts offsets or goes on after a row, as it is asked. */
class Server {
  rows: Row[] = Array.from({ length: 250 }, (_, i) => ({ id: String(999 - i) }));
  asked = 0;
  afterEachAnswer: () => void = () => undefined;

  readonly fetch = (url: string): Promise<Response> => {
    const query = new URL(url, 'http://here').searchParams;
    const size = Number(query.get('pageSize'));
    const after = query.get('after');
    const begin = (Number(query.get('page') ?? 1) - 1) * size;
    const left = after ? this.rows.filter((row) => row.id < after) : this.rows;
    const page = { items: left.slice(begin, begin + size), totalPages: Math.ceil(this.rows.length / size) };
    this.asked += 1;
    this.afterEachAnswer();
    return Promise.resolve(Response.json({ data: page, error: null, requestId: 'r' }));
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('rows that leave a list while it is read hide no other', async () => {
  const server = new Server();
  vi.stubGlobal('fetch', server.fetch);
  const [, ...staying] = server.rows;
  server.afterEachAnswer = () => {
    server.rows = staying;
  };
  const found = await new Session('console_cookie').all<Row>('/api/v1/admin/orders');
  expect(new Set(found.map((row) => row.id))).toEqual(new Set(['999', ...staying.map((row) => row.id)]));
  expect(server.asked).toBe(3);
});

test('a list is read no further than asked', async () => {
  const server = new Server();
  vi.stubGlobal('fetch', server.fetch);
  expect(await new Session('console_cookie').all<Row>('/api/v1/admin/orders', {}, 100)).toHaveLength(100);
  expect(server.asked).toBe(1);
});
