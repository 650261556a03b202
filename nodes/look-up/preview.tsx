import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Values that were looked up, or questions that no row answers. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
