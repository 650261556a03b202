import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The examples, with what is trained of them. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
