import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Facts of the new model, or the curves of its training. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
