import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../ui-kit/index.ts';

/** The adapter's norms by layer. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
