import { useEffect } from 'react';
import {
  copySelected,
  deleteSelected,
  duplicateSelected,
  pasteCopied,
  selectAll,
} from '../canvas/edit-actions.ts';
import { redo, undo } from '../state/document-store.ts';
import { saveFile } from '../state/file-actions.ts';
import { startRun } from '../state/run-actions.ts';
import { useScreen } from '../state/screen-store.ts';
import { isCommand } from './platform.ts';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], dialog') !== null
  );
}

/** Keys that work wherever the focus is. */
function anywhere(key: string): (() => void) | undefined {
  switch (key) {
    case 'k':
      return () => useScreen.getState().show({ commandMenu: true, openEnd: null });
    case 's':
      return () => void saveFile();
    case 'enter':
      return () => void startRun();
    default:
      return undefined;
  }
}

/** Keys that mean something else while a text is edited. */
function onCanvas(key: string, shift: boolean): (() => void) | undefined {
  switch (key) {
    case 'z':
      return shift ? redo : undo;
    case 'y':
      return redo;
    case 'd':
      return duplicateSelected;
    case 'a':
      return selectAll;
    default:
      return undefined;
  }
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || !isCommand(event)) return;
  const key = event.key.toLowerCase();
  const act = anywhere(key) ?? (isTyping(event.target) ? undefined : onCanvas(key, event.shiftKey));
  if (act === undefined) return;
  event.preventDefault();
  act();
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

export function useShortcuts(): void {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('keydown', handleKey, { signal });
    document.addEventListener('copy', handleCopy, { signal });
    document.addEventListener('cut', handleCopy, { signal });
    document.addEventListener('paste', handlePaste, { signal });
    return () => listening.abort();
  }, []);
}
