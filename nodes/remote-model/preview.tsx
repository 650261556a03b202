import type { ReactNode } from 'react';
import { ModelFacts, type PreviewProps } from '../kit/ui/index.ts';

/** Facts of the remote model. */
export function preview(props: PreviewProps): ReactNode {
  return <ModelFacts {...props} />;
}
