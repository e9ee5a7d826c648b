// The text of the realtime protocol, taken in when the pages are built; null where it is not at hand.

const found = import.meta.glob<string>('../../docs/api/realtime.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export function realtimeProtocol(): string | null {
  return Object.values(found)[0] ?? null;
}
