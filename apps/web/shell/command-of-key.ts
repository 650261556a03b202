import { useScreen, usePanels } from '../kit/stores.ts';
import { matches } from '../kit/chord.ts';
import { belongsTo, type Command, allCommands, commandOf } from '@graft/view';

/** What of editing is meant where the inspector lies over the graph: the rest would change what is not seen. */
const inFullPage: ReadonlySet<string> = new Set(['undo', 'redo']);

function isOutOfSight({ group, id }: Command): boolean {
  return usePanels.getState().fullPage && group === 'Edit' && !inFullPage.has(id);
}

/** Whether the canvas has the focus, or nothing has. */
function isOnCanvas(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target === document.body) return true;
  return target.closest('.react-flow') !== null && target.closest('button, a') === null;
}

const isOnCell = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('.cell, .prose-cell');

/** Whether a command is meant by whoever is in this view, with the focus there. */
function isMeantAt(command: Command, target: EventTarget | null): boolean {
  const { view } = useScreen.getState();
  if (!belongsTo(command, view) || isOutOfSight(command)) return false;
  if (command.onCell === true && view === 'notebook' && !isOnCell(target)) return false;
  return command.onCanvas !== true || isOnCanvas(target);
}

/** Whether a key press is a command's: one key may be several's, the first that has something to do takes it. */
function means(command: Command, event: KeyboardEvent): boolean {
  const { keys, keysElsewhere, passOn } = command;
  if (keysElsewhere === true || keys?.some((chord) => matches(chord, event)) !== true) return false;
  return isMeantAt(command, event.target) && (passOn !== true || command.enabled?.() !== false);
}

/** The command that a key press means; undefined where it belongs to the browser, or to what has the focus. */
export function commandOfKey(event: KeyboardEvent): Command | undefined {
  return allCommands().find((command) => means(command, event));
}

/** Whether the browser's own event for the clipboard is meant for nodes. */
export function meansNodes(type: 'copy' | 'cut' | 'paste'): boolean {
  return isMeantAt(commandOf(type), document.activeElement);
}
