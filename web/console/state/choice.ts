// What the dispatcher is looking at: list, search and selection, kept in the address.
import { signal } from '@preact/signals';
import type { CourierState } from '../../lib/live/frames';
import { GROUPS, type Group } from './slack';

export type Selection = { kind: 'order' | 'courier'; id: string } | null;

export const group = signal<Group>('open');
export const search = signal('');
export const selection = signal<Selection>(null);
/** Whether the map stays with the selected courier. */
export const follows = signal(false);
/** States of couriers that the map leaves out. */
export const hiddenStates = signal<ReadonlySet<CourierState>>(new Set());

/** Take up what the address says. */
export function readAddress(text: string): void {
  const found = new URLSearchParams(text);
  group.value = GROUPS.find((one) => one === found.get('list')) ?? 'open';
  search.value = found.get('search') ?? '';
  const order = found.get('order');
  const courier = found.get('courier');
  if (order) selection.value = { kind: 'order', id: order };
  else if (courier) selection.value = { kind: 'courier', id: courier };
}

/** Return the address of what is looked at. */
export function addressText(): string {
  const found = new URLSearchParams();
  if (group.value !== 'open') found.set('list', group.value);
  if (search.value) found.set('search', search.value);
  if (selection.value) found.set(selection.value.kind, selection.value.id);
  const text = found.toString();
  return text ? `?${text}` : '';
}

export function select(chosen: Selection): void {
  if (chosen?.kind !== 'courier' || chosen.id !== selection.value?.id) follows.value = false;
  selection.value = chosen;
}

export function toggleState(state: CourierState): void {
  const hidden = new Set(hiddenStates.value);
  if (!hidden.delete(state)) hidden.add(state);
  hiddenStates.value = hidden;
}
