// What a session may do: `resource:action`, where `*` stands for anything.

/** Tell whether a permission is among those held. */
export function may(held: readonly string[], permission: string): boolean {
  const [resource] = permission.split(':');
  return held.some((one) => one === '*' || one === permission || one === `${resource}:*`);
}
