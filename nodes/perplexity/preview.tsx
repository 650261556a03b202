import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Perplexity of each text and of all. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
