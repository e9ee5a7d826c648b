// A connection is live once it was greeted; one that fails or does not hold is made anew, ever more slowly.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError, Unreachable } from '../lib/api/errors';
import { Connection, type Options } from '../lib/live/connection';

type Listener = (...payload: unknown[]) => void;

class FakeSocket {
  readonly io = { engine: { on: () => undefined } };
  private listeners = new Map<string, Listener>();
  isClosed = false;

  on(event: string, listener: Listener): void {
    this.listeners.set(event, listener);
  }

  hear(event: string, payload?: unknown): void {
    this.listeners.get(event)?.(payload);
  }

  removeAllListeners(): void {
    this.listeners.clear();
  }

  disconnect(): void {
    this.isClosed = true;
  }
}

const sockets = vi.hoisted((): FakeSocket[] => []);
vi.mock('socket.io-client', () => ({
  io: () => {
    sockets.push(new FakeSocket());
    return sockets.at(-1);
  },
}));

const READY = { role: 'courier', nowMs: 0, clockSpeed: 1, ticket: 'next' };
const LONGEST_MS = 15_000;

beforeEach(() => {
  sockets.length = 0;
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('navigator', { onLine: true });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function open(options: Partial<Options> = {}): Promise<Connection> {
  const ticket = (): Promise<never> => Promise.resolve({ ticket: 'first', url: 'ws://here' } as never);
  const connection = new Connection({ ticket, onReady: () => undefined, handlers: {}, ...options });
  connection.start();
  await vi.advanceTimersByTimeAsync(0);
  return connection;
}

async function ready(): Promise<void> {
  sockets.at(-1)?.hear('ready', READY);
  await vi.advanceTimersByTimeAsync(0);
}

/** Answers each question for a ticket only when the test says so. */
function slowTickets(): { ticket: () => Promise<never>; answers: ((fails?: 'fails') => Promise<unknown>)[] } {
  const answers: ((fails?: 'fails') => Promise<unknown>)[] = [];
  const ticket = (): Promise<never> =>
    new Promise((resolve, reject) => {
      answers.push((fails) => {
        if (fails) reject(new Unreachable(null));
        else resolve({ ticket: `t${answers.length}`, url: 'ws://here' } as never);
        return vi.advanceTimersByTimeAsync(0);
      });
    });
  return { ticket, answers };
}

function flap(): void {
  window.dispatchEvent(new Event('offline'));
  window.dispatchEvent(new Event('online'));
}

describe('a connection whose ticket is slow', () => {
  test('opens one socket, however often the network flaps meanwhile', async () => {
    const { ticket, answers } = slowTickets();
    const connection = await open({ ticket });
    flap();
    flap();
    for (const answer of answers) await answer();
    expect([answers.length, sockets.length]).toEqual([3, 1]);
    await ready();
    expect([connection.state.value.phase, sockets[0]?.isClosed]).toEqual(['live', false]);
  });

  test('takes no notice of the failure of an earlier question', async () => {
    const { ticket, answers } = slowTickets();
    const connection = await open({ ticket });
    flap();
    await answers[1]?.();
    await ready();
    await answers[0]?.('fails');
    await vi.advanceTimersByTimeAsync(LONGEST_MS);
    expect([connection.state.value.phase, sockets.length, answers.length]).toEqual(['live', 1, 2]);
  });

  test('opens nothing once the network is gone or the page has stopped it', async () => {
    for (const end of ['offline', 'stop'] as const) {
      const { ticket, answers } = slowTickets();
      const connection = await open({ ticket });
      if (end === 'stop') connection.stop();
      else window.dispatchEvent(new Event('offline'));
      await answers[0]?.();
      expect([end, sockets.length]).toEqual([end, 0]);
    }
  });
});

describe('a connection', () => {
  test('is live once it was greeted, and only then', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const onReady = vi.fn();
    const connection = await open({ greet: () => answered, onReady });
    await ready();
    expect([connection.state.value.phase, onReady.mock.calls.length]).toEqual(['connecting', 0]);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect([connection.state.value.phase, onReady.mock.calls.length]).toEqual(['live', 1]);
  });

  test('asks ever more rarely for tickets where the door refuses them, at last once a minute', async () => {
    const ticket = vi.fn(() => Promise.resolve({ ticket: 'one', url: 'ws://here' } as never));
    const connection = await open({ ticket });
    const pauses: number[] = [];
    while (pauses.length < 11) {
      sockets.at(-1)?.hear('connect_error');
      expect(connection.state.value).toMatchObject({ phase: 'reconnecting', reason: 'refused' });
      const [since, before] = [Date.now(), sockets.length];
      while (sockets.length === before) await vi.advanceTimersByTimeAsync(250);
      pauses.push(Date.now() - since);
    }
    expect(pauses.map((ms) => ms / 1000)).toEqual([0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(ticket).toHaveBeenCalledTimes(12);
  });

  test('waits for its next ticket as long as the server asks for', async () => {
    const later = new ApiError(429, 'rate_limited', 'Later', [], 'r', 30);
    const ticket = vi.fn().mockRejectedValueOnce(later).mockResolvedValue({ ticket: 'one', url: 'ws://here' });
    await open({ ticket });
    await vi.advanceTimersByTimeAsync(29_900);
    expect(ticket).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(100);
    expect([ticket.mock.calls.length, sockets.length]).toEqual([2, 1]);
  });

  test('is made anew where the greeting fails', async () => {
    const greet = vi.fn().mockRejectedValueOnce(new Error('no answer')).mockResolvedValue(undefined);
    const connection = await open({ greet });
    await ready();
    expect(connection.state.value).toMatchObject({ phase: 'reconnecting', reason: 'unanswered' });
    await vi.advanceTimersByTimeAsync(LONGEST_MS);
    await ready();
    expect([connection.state.value.phase, sockets.length]).toEqual(['live', 2]);
  });

  test('is made anew when asked, with longer pauses as long as none holds', async () => {
    const connection = await open();
    const pauses: number[] = [];
    for (const heldMs of [0, 0, 0, LONGEST_MS + 1, 0]) {
      await ready();
      await vi.advanceTimersByTimeAsync(heldMs);
      connection.renew('hello_first');
      const since = Date.now();
      const before = sockets.length;
      while (sockets.length === before) await vi.advanceTimersByTimeAsync(250);
      pauses.push(Date.now() - since);
    }
    expect(pauses).toEqual([250, 500, 1000, 250, 500]);
  });
});
