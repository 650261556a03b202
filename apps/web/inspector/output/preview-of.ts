import type { PreviewComponent } from '@graft/nodes/kit/ui';
import { previews } from '@graft/nodes/previews';
import { nodeTypes } from '../../state/registry.ts';

/**
 * How an output is drawn: in the view of its node's type, or, where the node gives what its parameters say, in that of the
 * type that gives nothing else.
 */
export function previewOf(
  type: string,
  mediaType: string | undefined,
): PreviewComponent | undefined {
  if (nodeTypes().get(type)?.ports === undefined) return previews[type];
  for (const { type: other, ports, outputs } of nodeTypes().values()) {
    const given = Object.values(outputs).map((output) => output.type.mediaType);
    if (ports === undefined && given.includes(mediaType ?? '')) return previews[other];
  }
  return previews[type];
}
