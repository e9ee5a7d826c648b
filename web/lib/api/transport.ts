// One HTTP exchange with the API: JSON out, the envelope's data in, failures as errors.
import { ApiError, Unreachable, type FieldProblem } from './errors';

export type Query = Record<string, string | number | readonly string[] | null | undefined>;

export interface Ask {
  method: string;
  path: string;
  query?: Query;
  body?: unknown;
  token?: string | null;
  /** Names one attempt at a change, so that a repetition does not do it twice. */
  key?: string;
}

interface Failure {
  message?: string;
  code?: string;
  requestId?: string;
  errors?: FieldProblem[];
}

const DEADLINE_MS = 15_000;

/** Send one request; raise ApiError for a refusal and Unreachable where nothing answered. */
export async function exchange<T>(ask: Ask): Promise<T> {
  const response = await send(ask);
  if (response.status === 204) return undefined as T;
  const text = await response.text().catch(() => '');
  const content = parsed(text);
  if (response.ok && content !== null) return (content as { data: T }).data;
  const failure = (content ?? {}) as Failure;
  const after = Number(response.headers.get('Retry-After'));
  throw new ApiError(
    response.status,
    failure.code ?? 'unreadable_answer',
    failure.message ?? `The server answered ${response.status}`,
    failure.errors ?? [],
    failure.requestId ?? response.headers.get('X-Request-Id') ?? '',
    after > 0 ? after : null,
  );
}

async function send(ask: Ask): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (ask.token) headers['Authorization'] = `Bearer ${ask.token}`;
  if (ask.key) headers['Idempotency-Key'] = ask.key;
  if (ask.body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(ask.path + queryText(ask.query), {
      method: ask.method,
      headers,
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    throw new Unreachable(error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Return the query as text: lists repeat their name, empty values are left out. */
export function queryText(query: Query = {}): string {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    if (typeof value === 'object') for (const one of value) found.append(name, one);
    else found.append(name, String(value));
  }
  const text = found.toString();
  return text && `?${text}`;
}
