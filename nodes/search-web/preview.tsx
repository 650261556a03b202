import type { ReactNode } from 'react';
import { DocumentRows, type PreviewProps } from '../kit/ui/index.ts';

/** The documents, and the text of the chosen one. */
export function preview(props: PreviewProps): ReactNode {
  return <DocumentRows {...props} />;
}
