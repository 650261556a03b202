import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The questions with their references, or how many were kept. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
