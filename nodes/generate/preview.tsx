import type { ReactNode } from 'react';
import { AnswerList, type PreviewProps } from '../kit/ui/index.ts';

/** Answers with their citations; those in progress come first. */
export function preview(props: PreviewProps): ReactNode {
  return <AnswerList {...props} />;
}
