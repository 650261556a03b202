import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The cross-encoder's facts, or the curves of its training. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
