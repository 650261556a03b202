import { isNodeKey } from '@graft/graph';
import { CardRemedies } from '../models/card-remedies.tsx';
import { useScreen } from '../state/screen-store.ts';

/** What belongs to the canvas and nobody needs for its first sight. */
export function CanvasExtras() {
  const selected = useScreen(({ selection: [only = '', ...others] }) =>
    others.length === 0 && isNodeKey(only) ? only : '',
  );
  return <CardRemedies selected={selected} />;
}
