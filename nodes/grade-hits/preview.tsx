import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Hits with their grades, questions of which none is left, or how right that was. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
