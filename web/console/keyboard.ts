// Keys that work everywhere on the console except while somebody types.
import { follows, group, search, select, selection } from './state/choice';
import type { City } from './state/city';
import { listed } from './state/slack';

/** What the map offers to the keyboard. */
export const mapActs: { fit: () => void; assign: () => void } = {
  fit: () => undefined,
  assign: () => undefined,
};

/** Listen until the returned function is called. */
export function listenToKeys(city: City, help: () => void): () => void {
  const acts: Record<string, () => void> = {
    '/': () => document.getElementById('search')?.focus(),
    j: () => move(city, 1),
    k: () => move(city, -1),
    Enter: () => document.getElementById('details')?.focus(),
    Escape: () => select(null),
    f: () => mapActs.fit(),
    a: () => mapActs.assign(),
    l: () => {
      if (selection.value?.kind === 'courier') follows.value = !follows.value;
    },
    '?': help,
  };
  const press = (event: KeyboardEvent): void => {
    const typing = isTyping(event.target);
    if (event.key === 'Escape' && typing) return (event.target as HTMLElement).blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && event.target !== document.body) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}

/** Select the next or the previous order of the list. */
function move(city: City, by: number): void {
  const rows = listed(city.orders.rows.values(), group.value, search.value, city.installation.clock.nowMs());
  const chosen = selection.value?.kind === 'order' ? selection.value.id : null;
  const at = rows.findIndex((row) => row.order.id === chosen);
  const row = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (row) select({ kind: 'order', id: row.order.id });
}
