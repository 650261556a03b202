import { reachable } from '@graft/graph';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { whileShown } from '@graft/view';
import { copySelected, deleteSelected } from './edit-actions.ts';
import { pasteText } from './paste-nodes.ts';
import { freePlace } from './make-room.ts';

/** The last copied text: pages that may not read the clipboard paste it. */
let lastCopied = '';

/** For menus; keys copy through the browser's own events. */
export async function copyToClipboard(): Promise<void> {
  const text = copySelected();
  if (text === undefined) return;
  lastCopied = text;
  // Browsers refuse it for pages of other machines without TLS.
  await navigator.clipboard?.writeText(text).catch(() => undefined);
}

export async function cutToClipboard(): Promise<void> {
  const copied = copyToClipboard();
  // Delete now: while the browser asks for permission, the selection may change.
  deleteSelected();
  await copied;
}

export async function pasteFromClipboard(): Promise<void> {
  // The browser may ask for permission to read.
  const isShown = whileShown();
  const text = (await navigator.clipboard?.readText().catch(() => undefined)) ?? lastCopied;
  if (!isShown() || pasteCopied(text)) return;
  useScreen.getState().notify({ tone: 'info', message: 'The clipboard has no nodes to paste.' });
}

/** Adds all nodes to the selection that feed the selected ones, or that they feed. */
export function selectNeighbours(side: 'before' | 'after'): void {
  const { selection, select } = useScreen.getState();
  const { edges } = useDocument.getState().shown;
  select([...reachable(edges, selection, side)].sort());
}

/** Pastes copied nodes from their text. False if the text holds no nodes or no file is open. */
export function pasteCopied(text: string): boolean {
  const { shown, edit, file } = useDocument.getState();
  if (file === null) return false;
  const pasted = pasteText(shown, text, freePlace(shown));
  if (pasted === undefined) return false;
  edit(() => pasted.graph);
  useScreen.getState().select(pasted.keys);
  return true;
}
