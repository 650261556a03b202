import type { ReactNode } from 'react';
import { HitList, type PreviewProps } from '../kit/ui/index.ts';

/** The hits of each question, their earlier ranks, and the parts of their scores. */
export function preview(props: PreviewProps): ReactNode {
  return <HitList {...props} />;
}
