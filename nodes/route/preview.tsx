import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Questions that go this way, or the confidence in it. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
