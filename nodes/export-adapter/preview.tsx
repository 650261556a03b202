import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The written files. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
