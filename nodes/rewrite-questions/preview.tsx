import type { ReactNode } from 'react';
import { type PreviewProps, QuestionRows } from '../kit/ui/index.ts';

/** The questions with the known facts of their answers. */
export function preview(props: PreviewProps): ReactNode {
  return <QuestionRows {...props} />;
}
