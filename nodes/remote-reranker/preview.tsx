import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Facts of the remote reranker. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
