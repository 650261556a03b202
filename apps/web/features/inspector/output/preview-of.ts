import type { PreviewComponent } from '@graft/nodes/kit/ui';
import { previews } from '@graft/nodes/previews';
import { nodeTypes, previewType } from '@graft/view';

/** How an output is drawn: see `previewType`. */
export function previewOf(
  type: string,
  mediaType: string | undefined,
): PreviewComponent | undefined {
  return previews[previewType(nodeTypes(), type, mediaType)];
}
