// The one-time link of the console: `/#destination=...&code=...`, used once and gone from the address.
import type { CodeCheck } from '../lib/api/session';

/** Return the secret of the address' fragment, or null where it holds none. */
export function readLink(fragment: string): CodeCheck | null {
  const found = new URLSearchParams(fragment.replace(/^#/, ''));
  const destination = found.get('destination');
  const code = found.get('code');
  return destination && code ? { destination, code, purpose: 'login' } : null;
}

/** Take the secret, used or refused by now, out of the address bar and of the history. */
export function forgetLink(): void {
  history.replaceState(null, '', location.pathname + location.search);
}
