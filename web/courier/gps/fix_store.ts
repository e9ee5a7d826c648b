// What keeps fixes until the server has them for good, wherever it keeps them.
import type { Fix } from './fix';

/** More than this is kept nowhere: the oldest fixes go first. */
export const MOST = 20_000;

export interface FixStore {
  /** When the numbering began, Unix seconds. */
  readonly epoch: number;
  /** Number a fix and keep it. */
  add(fix: Omit<Fix, 'seq'>): Promise<Fix>;
  /** Return the oldest kept fixes after a number, in order. */
  after(seq: number, atMost: number): Promise<Fix[]>;
  /** Forget what the server has for good. */
  forget(upTo: number): Promise<void>;
  /** Go on numbering after `seq`; what is still kept is numbered anew. */
  skipTo(seq: number): Promise<void>;
  /** Return the first and last number kept and how many; when empty the next number and the one before. */
  range(): Promise<{ first: number; last: number; count: number }>;
}
