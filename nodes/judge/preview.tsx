import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The means with each answer's metrics; or the judgements, with what was asked and said. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
