// Who is signed in: the access token in memory, its renewal by the cookie that scripts cannot read.
import { signal } from '@preact/signals';
import { ApiError, Unreachable } from './errors';
import { exchange, type Ask, type Query } from './transport';
import type { Me, Page, Tokens } from './views';

const RENEW_BEFORE_MS = 60_000;
const TRIES = 4;
const PART = 100;

/** The cookie that holds the refresh token: each kind of page has its own. */
export type Carrier = 'console_cookie' | 'courier_cookie';

export interface Credentials {
  login: string;
  password: string;
}

export interface CodeCheck {
  destination: string;
  purpose: 'login' | 'registration';
  code: string;
  /** To confirm a registration: the password that was registered. */
  password?: string;
}

/** Calls the API on behalf of whoever is signed in. */
export class Session {
  /** Who is signed in; null when nobody is, undefined while we do not know yet. */
  readonly me = signal<Me | null | undefined>(undefined);
  private token: string | null = null;
  private endsAtMs = 0;
  private renewing: Promise<boolean> | null = null;

  /** `readTries`: how often a read is sent before who asked hears of the failure. */
  constructor(
    private readonly carrier: Carrier,
    private readonly readTries = TRIES,
  ) {}

  /** Take up the session that the cookie carries, if there is one. */
  async resume(): Promise<void> {
    if (!mayHoldCookie(this.carrier) || !(await this.renew())) this.me.value = null;
  }

  async signIn(credentials: Credentials): Promise<void> {
    this.take(await this.open('login', { ...credentials }));
  }

  async checkCode(check: CodeCheck): Promise<void> {
    this.take(await this.open('verify-code', { ...check }));
  }

  async signOut(): Promise<void> {
    try {
      await this.call({ method: 'POST', path: '/api/v1/auth/logout' });
    } finally {
      this.drop();
    }
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.call<T>({ method: 'GET', path, query });
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>({ method: 'PUT', path, body });
  }

  /** Send a change that a repetition does not do twice. */
  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.call<T>({ method: 'POST', path, body, key: crypto.randomUUID() });
  }

  /** Return the rows of a list up to `atMost`, each part from the last row on: none is missed when others come or go. */
  async all<T extends { id: string }>(path: string, query: Query = {}, atMost = 2000): Promise<T[]> {
    const found: T[] = [];
    for (;;) {
      const after = found.at(-1)?.id ?? null;
      const part = await this.get<Page<T>>(path, { ...query, after, pageSize: PART });
      found.push(...part.items);
      if (part.items.length < PART || found.length >= atMost) return found;
    }
  }

  private async call<T>(ask: Ask): Promise<T> {
    if (this.token && Date.now() > this.endsAtMs - RENEW_BEFORE_MS) await this.renew();
    for (let tries = 1; ; tries += 1) {
      try {
        return await exchange<T>({ ...ask, token: this.token });
      } catch (error) {
        const stale = error instanceof ApiError && error.status === 401 && this.token !== null;
        if (stale && tries === 1 && (await this.renew())) continue;
        if (stale) this.drop();
        const most = ask.method === 'GET' ? this.readTries : TRIES;
        if (!mayRepeat(error, ask) || tries >= most) throw error;
        await pause(retryMs(error, tries));
      }
    }
  }

  /** Return whether there is a session; a renewal under way is shared. */
  private renew(): Promise<boolean> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async renewOnce(): Promise<boolean> {
    try {
      this.take(await this.open('refresh', {}));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) {
        this.drop();
        return false;
      }
      if (this.me.value === undefined) throw error;
      return this.token !== null;
    }
  }

  private open(act: string, body: Record<string, unknown>): Promise<Tokens> {
    const path = `/api/v1/auth/${act}`;
    return exchange<Tokens>({ method: 'POST', path, body: { ...body, carrier: this.carrier } });
  }

  private take(tokens: Tokens): void {
    remember(this.carrier, true);
    this.token = tokens.accessToken;
    this.endsAtMs = Date.now() + tokens.expiresInS * 1000;
    this.me.value = tokens.user;
  }

  private drop(): void {
    remember(this.carrier, false);
    this.token = null;
    this.me.value = null;
  }
}

/** Tell whether a session was opened here: scripts do not see the cookie, and asking without one is an error. */
function mayHoldCookie(carrier: Carrier): boolean {
  try {
    return localStorage.getItem(`hermod.${carrier}`) !== null;
  } catch {
    return true; // a browser that keeps nothing of ours may still hold a cookie
  }
}

function remember(carrier: Carrier, opened: boolean): void {
  try {
    if (opened) localStorage.setItem(`hermod.${carrier}`, 'opened');
    else localStorage.removeItem(`hermod.${carrier}`);
  } catch {
    // then it is asked for every time
  }
}

/** Reads and changes that carry a key may be sent again when the answer was lost. */
function mayRepeat(error: unknown, ask: Ask): boolean {
  const safe = ask.method === 'GET' || ask.key !== undefined;
  if (error instanceof Unreachable) return safe;
  return error instanceof ApiError && (error.status === 429 || (error.status === 503 && safe));
}

function retryMs(error: unknown, tries: number): number {
  const asked = error instanceof ApiError ? error.retryAfterS : null;
  const longestMs = asked === null ? 250 * 2 ** tries : asked * 1000;
  return Math.min(5000, longestMs) * (0.5 + Math.random() / 2);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
