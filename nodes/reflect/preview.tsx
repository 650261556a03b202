import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** What stands, questions to ask again, or why. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
