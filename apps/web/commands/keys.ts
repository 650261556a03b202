import { useEffect } from 'react';
import { copySelected, deleteSelected, pasteCopied } from '../canvas/edit-actions.ts';
import { openMenuAtFocus } from '../menus/open-menu.ts';
import { matches } from './chord.ts';
import type { Command } from './command.ts';
import { commands, runCommand } from './commands.ts';
import { useScreen } from '../state/screen-store.ts';
import { typeAhead } from './typed-ahead.ts';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], dialog, [role="menu"]') !== null
  );
}

const inDialog = (): boolean => document.querySelector('dialog[open], [role="menu"]') !== null;

/** Whether the canvas has the focus, or nothing has. */
function isOnCanvas(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target === document.body) return true;
  return target.closest('.react-flow') !== null && target.closest('button, a') === null;
}

/** Whether a key press is a command's: one key may be several's, the first that has something to do takes it. */
function means(command: Command, event: KeyboardEvent): boolean {
  const { keys, keysElsewhere, onCanvas, passOn } = command;
  if (keysElsewhere === true || keys?.some((chord) => matches(chord, event)) !== true) return false;
  if (onCanvas === true && !isOnCanvas(event.target)) return false;
  return passOn !== true || command.enabled?.() !== false;
}

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
  const command = commands.find((one) => means(one, event));
  if (command === undefined) return;
  if (command.whileTyping !== true && (isTyping(event.target) || inDialog())) return;
  // Also where there is nothing to do it to: the browser's own "save page" is meant by nobody here.
  event.preventDefault();
  runCommand(command);
}

/**
 * Keys on a node that has the focus which are commands, before the canvas hears of them. It takes Enter for a click: with
 * Ctrl or Shift that would take the node out of the selection. An arrow moves the node, also with Ctrl.
 */
function handleNodeKey(event: KeyboardEvent): void {
  const { target, key, ctrlKey, metaKey, shiftKey } = event;
  if (!(target instanceof HTMLElement) || !target.classList.contains('react-flow__node')) return;
  const { selection } = useScreen.getState();
  const isSelected = selection.length === 1 && selection[0] === target.dataset['id'];
  const held = ctrlKey || metaKey;
  const enters = key === 'Enter' && (held || shiftKey || isSelected);
  if (!enters && !(held && /^Arrow(Up|Down)$/.test(key))) return;
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
  void pasteCopied(event.clipboardData?.getData('text/plain') ?? '');
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
