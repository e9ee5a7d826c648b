// Fixes kept on the phone until the server has them for good; they survive a reload.
import type { Fix } from './fix';
import { MOST, type FixStore } from './fix_store';

const FIXES = 'fixes';
const STATE = 'state';

interface Numbering {
  courierId: string;
  epoch: number;
  nextSeq: number;
}

/** A numbered store of fixes; a new epoch begins where the numbering was lost or another courier came. */
export class FixBuffer implements FixStore {
  private adding: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly database: IDBDatabase,
    private numbering: Numbering,
  ) {}

  /** Open the store of a courier; `nowMs` is business time. */
  static async open(courierId: string, nowMs: number, name = 'hermod-courier'): Promise<FixBuffer> {
    const database = await openDatabase(name);
    const kept = await done<Numbering | undefined>(
      database.transaction(STATE).objectStore(STATE).get(STATE),
    );
    if (kept?.courierId === courierId) return new FixBuffer(database, kept);
    const fresh = { courierId, epoch: Math.floor(nowMs / 1000), nextSeq: 1 };
    const change = database.transaction([FIXES, STATE], 'readwrite');
    change.objectStore(FIXES).clear();
    change.objectStore(STATE).put(fresh, STATE);
    await finished(change);
    return new FixBuffer(database, fresh);
  }

  get epoch(): number {
    return this.numbering.epoch;
  }

  /** The number that the next fix bears. */
  get nextSeq(): number {
    return this.numbering.nextSeq;
  }

  /** Number a fix and keep it, one after the other: one that cannot be kept uses up no number. */
  add(fix: Omit<Fix, 'seq'>): Promise<Fix> {
    const added = this.adding.then(() => this.keep(fix));
    this.adding = added.catch(() => undefined);
    return added;
  }

  private async keep(fix: Omit<Fix, 'seq'>): Promise<Fix> {
    const numbered = { ...fix, seq: this.numbering.nextSeq };
    const numbering = { ...this.numbering, nextSeq: numbered.seq + 1 };
    const change = this.database.transaction([FIXES, STATE], 'readwrite');
    change.objectStore(FIXES).put(numbered);
    change.objectStore(STATE).put(numbering, STATE);
    if (numbered.seq > MOST) change.objectStore(FIXES).delete(IDBKeyRange.upperBound(numbered.seq - MOST));
    await finished(change);
    this.numbering = numbering;
    return numbered;
  }

  after(seq: number, atMost: number): Promise<Fix[]> {
    const range = IDBKeyRange.lowerBound(seq, true);
    return done(this.database.transaction(FIXES).objectStore(FIXES).getAll(range, atMost));
  }

  async forget(upTo: number): Promise<void> {
    if (upTo < 1) return;
    const change = this.database.transaction(FIXES, 'readwrite');
    change.objectStore(FIXES).delete(IDBKeyRange.upperBound(upTo));
    await finished(change);
  }

  skipTo(seq: number): Promise<void> {
    const skipped = this.adding.then(() => this.renumber(seq));
    this.adding = skipped.catch(() => undefined);
    return skipped;
  }

  private async renumber(seq: number): Promise<void> {
    const kept = await this.after(0, MOST);
    const numbering = { ...this.numbering, nextSeq: seq + 1 + kept.length };
    const change = this.database.transaction([FIXES, STATE], 'readwrite');
    const fixes = change.objectStore(FIXES);
    fixes.clear();
    kept.forEach((fix, i) => fixes.put({ ...fix, seq: seq + 1 + i }));
    change.objectStore(STATE).put(numbering, STATE);
    await finished(change);
    this.numbering = numbering;
  }

  async range(): Promise<{ first: number; last: number; count: number }> {
    const store = this.database.transaction(FIXES).objectStore(FIXES);
    const [keys, count] = await Promise.all([done(store.getAllKeys(null, 1)), done(store.count())]);
    return { first: Number(keys[0] ?? this.numbering.nextSeq), last: this.numbering.nextSeq - 1, count };
  }

  close(): void {
    this.database.close();
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const asked = indexedDB.open(name, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(FIXES, { keyPath: 'seq' });
    asked.result.createObjectStore(STATE);
  };
  return done(asked);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the phone’s storage does not answer'));
  });
}

function finished(change: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onabort = () => reject(change.error ?? new Error('the phone’s storage is full'));
  });
}
