import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** The means with each answer's metrics; or the judgements, with prompts and replies. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
