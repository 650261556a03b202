import type { ReactNode } from 'react';
import { MetricsView, type PreviewProps } from '../kit/ui/index.ts';

/** The means, then each question's scores; a click on a column sorts the worst to the top. */
export function preview(props: PreviewProps): ReactNode {
  return <MetricsView {...props} />;
}
