// Long lists are read from row to row: what ends while we read moves nothing out of sight. A session is taken up where one was opened.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

describe('a session', () => {
  const asked: string[] = [];
  let answer: () => Response;

  beforeEach(() => {
    asked.length = 0;
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    });
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return Promise.resolve(answer());
    });
    answer = () => Response.json({ data: { accessToken: 'a', expiresInS: 900, user: { id: 'u' } } });
  });

  test('is not asked for where none was opened: the answer would be an error', async () => {
    const session = new Session('courier_cookie');
    await session.resume();
    expect([session.me.value, asked]).toEqual([null, []]);
  });

  test('is taken up by the next page, until it has ended', async () => {
    await new Session('courier_cookie').signIn({ login: 'l', password: 'p' });
    const next = new Session('courier_cookie');
    await next.resume();
    expect([next.me.value, asked.at(-1)]).toEqual([{ id: 'u' }, '/api/v1/auth/refresh']);
    answer = () => Response.json({ code: 'session_over' }, { status: 401 });
    await new Session('courier_cookie').resume();
    expect(asked).toHaveLength(3);
    await new Session('courier_cookie').resume();
    expect(asked).toHaveLength(3);
  });

  test('of another kind of page is none', async () => {
    await new Session('courier_cookie').signIn({ login: 'l', password: 'p' });
    await new Session('console_cookie').resume();
    expect(asked).toEqual(['/api/v1/auth/login']);
  });

  test('is asked for where the browser keeps nothing of ours', async () => {
    vi.stubGlobal('localStorage', undefined);
    await new Session('console_cookie').resume();
    expect(asked).toEqual(['/api/v1/auth/refresh']);
  });
});
