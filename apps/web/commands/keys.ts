import { useEffect } from 'react';
import { copySelected, deleteSelected, pasteCopied } from '../canvas/edit-actions.ts';
import { openMenuAtFocus } from '../menus/open-menu.ts';
import { matches } from './chord.ts';
import { commands, runCommand } from './commands.ts';
import { typeAhead } from './typed-ahead.ts';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], dialog, [role="menu"]') !== null
  );
}

const inDialog = (): boolean => document.querySelector('dialog[open], [role="menu"]') !== null;

function handleKey(event: KeyboardEvent): void {
  // First of all: the canvas takes the space bar for panning, wherever it is pressed.
  if (typeAhead(event)) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented) return;
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    if (!isTyping(event.target) && openMenuAtFocus()) event.preventDefault();
    return;
  }
  const command = commands.find(
    ({ keys, keysElsewhere }) =>
      keysElsewhere !== true && keys?.some((chord) => matches(chord, event)) === true,
  );
  if (command === undefined) return;
  if (command.whileTyping !== true && (isTyping(event.target) || inDialog())) return;
  if (command.passOn === true && command.enabled?.() === false) return;
  // Also where there is nothing to do it to: the browser's own "save page" is meant by nobody here.
  event.preventDefault();
  runCommand(command);
}

/**
 * Enter with Ctrl or Shift on a node that has the focus: a command, before the canvas hears of it, which takes Enter for a
 * click with that key held and would take the node out of the selection.
 */
function handleNodeKey(event: KeyboardEvent): void {
  const { target, key, ctrlKey, metaKey, shiftKey } = event;
  const held = ctrlKey || metaKey || shiftKey;
  const onNode = target instanceof HTMLElement && target.classList.contains('react-flow__node');
  if (key !== 'Enter' || !held || !onNode) return;
  handleKey(event);
  if (event.defaultPrevented) event.stopPropagation();
}

function handleCopy(event: ClipboardEvent): void {
  if (isTyping(event.target) || getSelection()?.isCollapsed === false) return;
  const text = copySelected();
  if (text === undefined) return;
  event.clipboardData?.setData('text/plain', text);
  event.preventDefault();
  if (event.type === 'cut') deleteSelected();
}

function handlePaste(event: ClipboardEvent): void {
  if (isTyping(event.target)) return;
  if (pasteCopied(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
}

/** Listens for the keys of all commands. */
export function useKeys(): void {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('keydown', handleNodeKey, { signal, capture: true });
    window.addEventListener('keydown', handleKey, { signal });
    document.addEventListener('copy', handleCopy, { signal });
    document.addEventListener('cut', handleCopy, { signal });
    document.addEventListener('paste', handlePaste, { signal });
    return () => listening.abort();
  }, []);
}
