import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The rows in the view of their type. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
