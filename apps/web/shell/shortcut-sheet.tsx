import { Fragment, useEffect, useRef } from 'react';
import { useOverlay, useScreen } from '../kit/stores.ts';
import { CloseIcon } from '../kit/icons.tsx';
import { chordName } from '../kit/chord.ts';
import { belongsTo, type CommandGroup, allCommands } from '@graft/view';

const groups: readonly CommandGroup[] = ['Run', 'File', 'Edit', 'View'];

/** What the mouse does. */
const gestures: readonly (readonly [string, string])[] = [
  ['Drag on the canvas', 'Select the nodes inside'],
  ['Drag with the right or middle button', 'Move the canvas'],
  ['Scroll', 'Move the canvas'],
  ['Ctrl + scroll', 'Zoom'],
  ['Drag from a port to empty canvas', 'Choose a node to connect'],
  ['Double-click a title', 'Rename the node'],
  ['Double-click a subgraph', 'Open it'],
  ['Right click, Shift F10', 'Open the context menu'],
  ['Double-click a border', 'Reset the panel’s size'],
];

function close(): void {
  useOverlay.getState().show({ shortcutSheet: false });
}

/** Keys at a focused port, besides the commands. */
const portKeys: readonly (readonly [string, string])[] = [
  ['Go to another port of the node', '↑ ↓ ← →'],
  ['Follow the connection', '← →'],
  ['Connect to …', '↵'],
  ['Disconnect', 'Del'],
  ['Back to the node', 'Esc'],
];

/** Keys at a focused cell, besides the commands. */
const cellKeys: readonly (readonly [string, string])[] = [
  ['From cell to cell', '↑ ↓ J K'],
  ['Edit the parameters, return to the cell', '↵ Esc'],
  ['Run it and go to the next', chordName('shift+enter')],
  ['Run it and stay', chordName('mod+enter')],
  ['Run it and add a node', 'Alt ↵'],
  ['Add a note above, a node below', 'A B'],
  ['Connect to …', 'C'],
  ['Fold the output', 'O'],
  ['Delete, undo', 'D D Z'],
];

/** Keys and what they do, one a line. */
function KeyList({ keys }: { readonly keys: readonly (readonly [does: string, keys: string])[] }) {
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1">
      {keys.map(([does, names]) => (
        <Fragment key={`${does} ${names}`}>
          <dt>{does}</dt>
          <dd className="text-right">
            <kbd className="kbd font-sans">{names}</kbd>
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** `?`: all keys of the view, from the list that also makes them work. */
export function ShortcutSheet() {
  const view = useScreen((state) => state.view);
  const commands = allCommands().filter(
    (command) => command.keys !== undefined && belongsTo(command, view),
  );
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // Otherwise the first button would look chosen.
    dialog.current?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      className="dialog w-[720px] outline-none"
      aria-labelledby="shortcuts-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="p-5">
        <div className="flex items-center justify-between">
          <h2 id="shortcuts-title" className="text-lg font-[620]">
            Keyboard shortcuts
          </h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={close}>
            <CloseIcon />
          </button>
        </div>
        <div className="mt-3 gap-8 sm:columns-2">
          {groups
            .filter((group) => commands.some((command) => command.group === group))
            .map((group) => (
              <section key={group} className="mb-4 break-inside-avoid">
                <h3 className="mb-1 text-sm font-[550] text-ink-2">{group}</h3>
                <KeyList
                  keys={commands
                    .filter((command) => command.group === group)
                    .map(({ title, keys = [] }) => [title, chordName(keys[0] ?? '')])}
                />
              </section>
            ))}
          <section className="mb-4 break-inside-avoid" hidden={view !== 'notebook'}>
            <h3 className="mb-1 text-sm font-[550] text-ink-2">At a cell</h3>
            <KeyList keys={cellKeys} />
          </section>
          <section className="mb-4 break-inside-avoid" hidden={view !== 'canvas'}>
            <h3 className="mb-1 text-sm font-[550] text-ink-2">At a port</h3>
            <KeyList keys={portKeys} />
          </section>
          <section className="break-inside-avoid" hidden={view !== 'canvas'}>
            <h3 className="mb-1 text-sm font-[550] text-ink-2">Mouse</h3>
            <dl className="grid grid-cols-[1fr_1fr] gap-x-3 gap-y-1">
              {gestures.map(([gesture, does]) => (
                <Fragment key={gesture}>
                  <dt>{gesture}</dt>
                  <dd className="text-ink-2">{does}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        </div>
      </div>
    </dialog>
  );
}
