// What goes wrong when the API is called, as values with a code that the pages can react to.

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

/** An answer of the API that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldProblem[] = [],
    readonly requestId = '',
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The message, with what is wrong in which field. */
  get sentence(): string {
    const details = this.fields.map(({ field, message }) => `${field}: ${message}`);
    return [this.message, ...details].join(' · ');
  }
}

/** The API could not be reached at all. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause });
    this.name = 'Unreachable';
  }
}

/** Tell whether the same question may be answered later: nothing is wrong with the question itself. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500 || error.status === 429;
  return error instanceof Unreachable;
}

/** Return how long the server asked us to wait, milliseconds. */
export function retryAfterMs(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterS ?? 0) * 1000 : 0;
}

/** Return what a person tells who looks the failure up; empty where no answer came. */
export function requestIdOf(error: unknown): string {
  return error instanceof ApiError ? error.requestId : '';
}

/** Return one sentence about any failure. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}
