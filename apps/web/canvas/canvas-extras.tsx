import { isNodeKey } from '@graft/graph';
import { useEffect } from 'react';
import { listenForLongPress } from '../menus/long-press.ts';
import { CardRemedies } from '../models/card-remedies.tsx';
import { useScreen } from '../state/screen-store.ts';
import { limitZoom, type ZoomStore } from './least-zoom.ts';

/** What belongs to the canvas and nobody needs for its first sight. */
export function CanvasExtras({ flow }: { readonly flow: ZoomStore }) {
  useEffect(() => limitZoom(flow), [flow]);
  useEffect(listenForLongPress, []);
  const selected = useScreen(({ selection: [only = '', ...others] }) =>
    others.length === 0 && isNodeKey(only) ? only : '',
  );
  return <CardRemedies selected={selected} />;
}
