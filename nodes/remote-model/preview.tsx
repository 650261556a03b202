import type { ReactNode } from 'react';
import { ModelFacts, type PreviewProps } from '../kit/ui/index.ts';

/** What is known of the remote model. */
export function preview(props: PreviewProps): ReactNode {
  return <ModelFacts {...props} />;
}
