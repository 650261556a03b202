import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Answers that stand, or questions to ask again. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
