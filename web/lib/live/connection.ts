// The realtime connection of a page: tickets in, events out, and the truth about its state.
import { signal, type ReadonlySignal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';
import { ApiError, mayPass, retryAfterMs } from '../api/errors';
import type { Ticket } from '../api/views';
import { pauseMs } from './backoff';

export type Phase =
  | 'connecting'
  | 'live'
  /** Connected, but what should come has not come for a while. */
  | 'stale'
  | 'reconnecting'
  /** The browser itself says that there is no network. */
  | 'offline'
  /** The server ended it for good: `reason` says why. */
  | 'ended';

export interface State {
  phase: Phase;
  /** Since when it is so, real time. */
  sinceMs: number;
  /** What the server or the network said. */
  reason: string;
}

interface Ready {
  role: string;
  nowMs: number;
  clockSpeed: number;
}

type Handler = (...payload: never[]) => void;

export interface Options {
  /** Ask the API for a ticket. */
  ticket: () => Promise<Ticket>;
  /** What must succeed before the connection counts as live; where it fails we connect anew. */
  greet?: (ready: Ready) => Promise<void>;
  /** The socket is open and identified: fetch the state, then apply events. */
  onReady: (ready: Ready) => void;
  handlers: Record<string, Handler>;
  /** Longest silence that is normal now; null where nothing needs to come. */
  silenceMs?: () => number | null;
}

const FINAL: ReadonlySet<string> = new Set(['replaced', 'revoked', 'expired', 'protocol']);
/** A door that refuses may have enough sockets of ours; a browser does not tell which answer it got. */
const LONGEST_REFUSED_MS = 60_000;
const WATCH_MS = 1000;
/** A connection that was lost sooner counts as one more failure: the next pause is longer. */
const STEADY_MS = 15_000;

/** Keeps a socket open as long as the page lives. */
export class Connection {
  private readonly current = signal<State>({ phase: 'connecting', sinceMs: Date.now(), reason: '' });
  private socket: Socket | null = null;
  private next: Ticket | null = null;
  private failures = 0;
  private heardAtMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  /** Counts the attempts: what an earlier one brings comes too late. */
  private attempt = 0;

  constructor(private readonly options: Options) {}

  get state(): ReadonlySignal<State> {
    return this.current;
  }

  start(): void {
    window.addEventListener('offline', this.goOffline);
    window.addEventListener('online', this.comeOnline);
    this.watch = setInterval(() => this.checkSilence(), WATCH_MS);
    if (navigator.onLine) void this.connect();
    else this.goOffline();
  }

  stop(): void {
    clearInterval(this.watch);
    window.removeEventListener('offline', this.goOffline);
    window.removeEventListener('online', this.comeOnline);
    this.close();
  }

  /** Try again now, whatever the pause. */
  retry(): void {
    this.failures = 0;
    void this.connect();
  }

  /** The server cannot go on with this connection: make another after a pause. */
  renew(reason: string): void {
    if (this.socket) this.lost(this.socket, reason);
  }

  send(event: string, ...payload: unknown[]): void {
    this.socket?.emit(event, ...payload);
  }

  /** Send and wait for the answer; raises where none comes. */
  ask<T>(event: string, ...payload: unknown[]): Promise<T> {
    if (!this.socket?.connected) return Promise.reject(new Error('not connected'));
    return this.socket.timeout(10_000).emitWithAck(event, ...payload) as Promise<T>;
  }

  private async connect(): Promise<void> {
    this.close();
    const { attempt } = this;
    let ticket = this.next;
    this.next = null; // a ticket works once
    try {
      ticket ??= await this.options.ticket();
    } catch (error) {
      if (attempt !== this.attempt) return;
      if (error instanceof ApiError && !mayPass(error)) {
        this.enter('ended', error.code);
      } else this.retryLater('unreachable', retryAfterMs(error));
      return;
    }
    if (attempt === this.attempt) this.open(ticket);
  }

  private open(ticket: Ticket): void {
    const socket = io(ticket.url, {
      transports: ['websocket'],
      query: { ticket: ticket.ticket },
      reconnection: false,
      forceNew: true,
      timeout: 10_000,
    });
    this.socket = socket;
    socket.on('ready', (ready: Ready & { ticket: string }) => {
      this.next = { ticket: ready.ticket, url: ticket.url };
      void this.welcome(socket, ready);
    });
    socket.on('bye', ({ reason }: { reason: string }) => this.end(reason));
    socket.on('connect_error', () => this.lost(socket, 'refused'));
    socket.on('disconnect', (reason) => this.lost(socket, reason));
    socket.io.engine.on('packet', () => {
      this.heardAtMs = Date.now();
    });
    for (const [name, handler] of Object.entries(this.options.handlers)) {
      socket.on(name, handler as (...payload: unknown[]) => void);
    }
  }

  private async welcome(socket: Socket, ready: Ready): Promise<void> {
    try {
      await this.options.greet?.(ready);
    } catch {
      this.lost(socket, 'unanswered');
    }
    if (socket !== this.socket) return;
    this.enter('live', '');
    this.options.onReady(ready);
  }

  private end(reason: string): void {
    if (reason === 'revoked' || reason === 'expired') this.next = null;
    if (!FINAL.has(reason)) return;
    this.close();
    this.enter('ended', reason);
  }

  private lost(socket: Socket, reason: string): void {
    if (socket !== this.socket) return;
    this.close();
    const { phase, sinceMs } = this.current.value;
    const held = phase === 'live' || phase === 'stale';
    if (held && Date.now() - sinceMs > STEADY_MS) this.failures = 0;
    if (phase !== 'offline') this.retryLater(reason);
  }

  private retryLater(reason: string, atLeastMs = 0): void {
    this.enter('reconnecting', reason);
    const longestMs = reason === 'refused' ? LONGEST_REFUSED_MS : undefined;
    this.timer = setTimeout(() => void this.connect(), Math.max(atLeastMs, pauseMs(this.failures, longestMs)));
    this.failures += 1;
  }

  /** End what is open, on its way or planned. */
  private close(): void {
    this.attempt += 1;
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.removeAllListeners();
    socket?.disconnect();
  }

  // A WebSocket can stay open for minutes after the network has gone: close it ourselves.
  private readonly goOffline = (): void => {
    this.close();
    this.enter('offline', '');
  };

  private readonly comeOnline = (): void => {
    this.failures = 0;
    this.enter('reconnecting', '');
    void this.connect();
  };

  private checkSilence(): void {
    const { phase } = this.current.value;
    if (phase !== 'live' && phase !== 'stale') return;
    const limit = this.options.silenceMs?.() ?? null;
    const silent = limit !== null && Date.now() - this.heardAtMs > limit;
    if (silent && phase === 'live') this.enter('stale', '', this.heardAtMs);
    if (!silent && phase === 'stale') this.enter('live', '');
  }

  private enter(phase: Phase, reason: string, sinceMs = Date.now()): void {
    const before = this.current.value;
    if (before.phase === phase) this.current.value = { ...before, reason };
    else this.current.value = { phase, sinceMs, reason };
  }
}
