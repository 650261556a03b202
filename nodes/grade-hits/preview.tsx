import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps } from '../kit/ui/index.ts';

/** Hits with their grades, questions without remaining hits, or the metrics. */
export function preview(props: PreviewProps): ReactNode {
  return <PortPreview {...props} />;
}
