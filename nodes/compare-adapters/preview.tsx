import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../ui-kit/index.ts';

/** Norms and cosines of the modules. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
