import type { Registry } from '@graft/graph';

/**
 * The node type in whose view an output is drawn: its node's own, or, where the node gives what its parameters say, one that
 * gives such rows whatever its parameters.
 */
export function previewType(
  registry: Registry,
  type: string,
  mediaType: string | undefined,
): string {
  if (registry.get(type)?.ports === undefined) return type;
  for (const { type: other, ports, outputs } of registry.values()) {
    const given = Object.values(outputs).map((output) => output.type.mediaType);
    if (ports === undefined && given.includes(mediaType ?? '')) return other;
  }
  return type;
}
