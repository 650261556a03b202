/** A graph file written by hand, for tests of what people write by hand. */
export function graphText(
  nodes: Readonly<
    Record<string, readonly [type: string, params?: Readonly<Record<string, unknown>>]>
  >,
  edges: readonly string[] = [],
): string {
  const written = Object.entries(nodes).map(([id, [type, params = {}]]) => [
    id,
    { type, version: 1, params },
  ]);
  return `${JSON.stringify({ graft: 1, nodes: Object.fromEntries(written), edges }, undefined, 2)}\n`;
}
