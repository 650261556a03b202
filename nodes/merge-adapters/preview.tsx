import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../ui-kit/index.ts';

/** The merged adapter by layer. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
