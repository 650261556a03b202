import { useEffect, useRef } from 'react';
import { isUnsaved } from '@graft/view';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { hasDraft } from '../../api/graphs/drafts.ts';
import { openFile } from '../../api/graphs/open-file.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { MoreIcon } from '../../kit/icons.tsx';
import { FileNameField } from './file-name-field.tsx';
import { deleteFile } from '../../api/graphs/workspace-files.ts';

function openMenuAt(path: string, { left, bottom }: DOMRect): void {
  useOverlay
    .getState()
    .show({ menu: { target: { kind: 'file', path }, at: { x: left, y: bottom } } });
}

/** Deletes a file by its button, and leaves the focus in the list. */
async function deleteHere(path: string, button: HTMLElement): Promise<void> {
  const rows = [...document.querySelectorAll('[data-file]')];
  const at = rows.findIndex((row) => row.contains(button));
  if (await deleteFile(path)) (rows[at + 1] ?? rows[at - 1])?.querySelector('button')?.focus();
}

interface FileRowProps {
  readonly path: string;
  readonly indented: boolean;
  /** Why it cannot be read as a graph. */
  readonly fault: string | undefined;
}

/** A file of the list: opened by a click, renamed by F2 or a double click, and more by its menu. */
export function FileRow({ path, indented, fault }: FileRowProps) {
  const open = useDocument((state) => state.file?.path === path);
  const edited = useDocument((state) => state.file?.path === path && isUnsaved(state));
  const unsaved = edited || (!open && hasDraft(path));
  const renaming = useOverlay((state) => state.renamingFile === path);
  const wasOpen = useRef(false);
  const row = useRef<HTMLDivElement>(null);
  // It may have been opened from elsewhere, as by its address, and stand below those that are in sight.
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  if (renaming) return <FileNameField path={path} />;
  const name = fileTitle(path);
  const shown = indented ? name.slice(name.lastIndexOf('/') + 1) : name;
  return (
    <div ref={row} className="group relative" data-file={path}>
      <button
        type="button"
        className={`quiet-row pr-8 text-ink-2 aria-[current=true]:text-accent ${indented ? 'pl-6' : ''}`}
        aria-current={open}
        title={fault === undefined ? path : `${path}\n\n${fault}`}
        onClick={() => {
          if (!open) void openFile(path);
        }}
        onMouseDown={({ detail }) => {
          if (detail === 1) wasOpen.current = open;
        }}
        onDoubleClick={() => {
          // Who opens files by double clicks does not mean to rename them.
          if (wasOpen.current) useOverlay.getState().show({ renamingFile: path });
        }}
        onKeyDown={(event) => {
          if (event.key === 'F2') useOverlay.getState().show({ renamingFile: path });
          else if (event.key === 'Delete') void deleteHere(path, event.currentTarget);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <span className="truncate">{shown}</span>
        {fault === undefined ? null : (
          <span className="shrink-0 text-error">
            <span aria-hidden="true">!</span>
            <span className="sr-only">cannot be read</span>
          </span>
        )}
        {unsaved ? (
          <span className="size-1.5 shrink-0 rounded-full bg-working" title="Unsaved changes" />
        ) : null}
      </button>
      <button
        type="button"
        className="icon-button quiet-icon absolute top-0 right-1"
        aria-label={`More about ${name}`}
        aria-haspopup="menu"
        // By keys it is the menu of the row.
        tabIndex={-1}
        onClick={(event) => openMenuAt(path, event.currentTarget.getBoundingClientRect())}
      >
        <MoreIcon />
      </button>
    </div>
  );
}
