import type { ReactNode } from 'react';
import { MetricsView, type PreviewProps } from '../kit/ui/index.ts';

/** The mean, then each answer's similarity; a click on the column sorts the worst to the top. */
export function preview(props: PreviewProps): ReactNode {
  return <MetricsView {...props} />;
}
