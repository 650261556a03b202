import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The examples with their trained parts, or their tokens. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
