import { useLayoutEffect } from 'react';
import { action, runCommand } from '@graft/view';
import { openMenuAtFocus } from '../kit/open-menu.ts';
import { meansNodes, commandOfKey } from './command-of-key.ts';
import { useScreen } from '../kit/stores.ts';
import { awaitAsked, typeAhead } from '../kit/typed-ahead.ts';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], dialog, [role="menu"]') !== null
  );
}

const inDialog = (): boolean => document.querySelector('dialog[open], [role="menu"]') !== null;

/** First of all: the canvas takes the space bar for panning, wherever it is pressed, and a cell has keys of its own. */
function handleTypedAhead(event: KeyboardEvent): void {
  // The very key that asked for it may have been heard already.
  if (event.defaultPrevented || !typeAhead(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    if (!isTyping(event.target) && openMenuAtFocus()) event.preventDefault();
    return;
  }
  const command = commandOfKey(event);
  if (command === undefined) return;
  // What lies over the graph hides what a run would be of.
  const isHidden = inDialog() && (command.whileTyping !== true || command.group === 'Run');
  if (isHidden || (command.whileTyping !== true && isTyping(event.target))) return;
  // Also where there is nothing to do it to: the browser's own "save page" is meant by nobody here.
  event.preventDefault();
  runCommand(command);
}

/**
 * Keys on a node or an edge that has the focus which are commands, before the canvas hears of them. It takes Enter for a click: with
 * Ctrl or Shift that would take the node out of the selection. An arrow moves the node, also with Ctrl.
 */
function handleNodeKey(event: KeyboardEvent): void {
  const { target, key, ctrlKey, metaKey, shiftKey } = event;
  if (!(target instanceof HTMLElement || target instanceof SVGElement)) return;
  const isNode = target.matches('.react-flow__node');
  if (!isNode && !target.matches('.react-flow__edge')) return;
  const { selection } = useScreen.getState();
  const isSelected = selection.length === 1 && selection[0] === target.dataset['id'];
  const held = ctrlKey || metaKey;
  const enters = isNode && key === 'Enter' && (held || shiftKey || isSelected);
  // The canvas would take it in or out of the selection by it, and the same press would leave the run, or what was gone into, or not.
  if (!enters && key !== 'Escape' && !(isNode && held && /^Arrow(Up|Down)$/.test(key))) return;
  handleKey(event);
  if (event.defaultPrevented) event.stopPropagation();
}

const isOnNodes = ({ type, target }: ClipboardEvent): boolean =>
  !isTyping(target) && (type === 'copy' || type === 'cut' || type === 'paste') && meansNodes(type);

function handleCopy(event: ClipboardEvent): void {
  if (!isOnNodes(event) || getSelection()?.isCollapsed === false) return;
  const text = action('copySelected')();
  if (text === undefined) return;
  event.clipboardData?.setData('text/plain', text);
  event.preventDefault();
  if (event.type === 'cut') action('deleteSelected')();
}

function handlePaste(event: ClipboardEvent): void {
  if (!isOnNodes(event)) return;
  action('pasteCopied')(event.clipboardData?.getData('text/plain') ?? '');
}

/** Listens for the keys of all commands, from the moment the screen is there: a key that is pressed then is not lost. */
export function useKeys(): void {
  useLayoutEffect(awaitAsked, []);
  useLayoutEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('keydown', handleTypedAhead, { signal, capture: true });
    window.addEventListener('keydown', handleNodeKey, { signal, capture: true });
    window.addEventListener('keydown', handleKey, { signal });
    document.addEventListener('copy', handleCopy, { signal });
    document.addEventListener('cut', handleCopy, { signal });
    document.addEventListener('paste', handlePaste, { signal });
    return () => listening.abort();
  }, []);
}
