import { changedKey, type NodeSide } from '@graft/graph';
import { useMemo, useState } from 'react';
import { useConflict, useDocument } from '../kit/stores.ts';
import type { Conflict, OpenFile } from '@graft/view';
import { compare, keepAsCopy, saveMerged, takeTheirs } from '../api/graphs/merge-file.ts';
import { ChangedNodes } from './changed-nodes.tsx';
import { useModal } from '../kit/dialog.tsx';

function close(): void {
  useConflict.setState({ shown: false });
}

function Changes({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <section className="min-w-0">
      <h3 className="font-[550]">{title}</h3>
      <ul className="mt-1 max-h-44 overflow-auto font-mono text-[11.5px] leading-relaxed text-ink-2">
        {lines.length === 0 ? <li>nothing</li> : null}
        {lines.map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ul>
    </section>
  );
}

function StaleBody({ conflict, file }: { readonly conflict: Conflict; readonly file: OpenFile }) {
  const graph = useDocument((state) => state.graph);
  const [choices, choose] = useState<ReadonlyMap<string, NodeSide>>(new Map());
  const { ours, theirs, merge } = useMemo(
    () => compare({ base: file.baseGraph, ours: graph, theirs: conflict.graph }, choices),
    [file, graph, conflict, choices],
  );
  const shown = new Set(merge.changed.map(changedKey));
  // What differs within a node stands with the node.
  const others = merge.conflicts.filter(
    ({ kind, location: { graph: within, node } }) =>
      node === undefined ||
      kind === 'edge' ||
      kind === 'cycle' ||
      !shown.has(changedKey({ node, ...(within === undefined ? {} : { graph: within }) })),
  );
  return (
    <div className="p-5">
      <h2 id="stale-title" className="text-lg font-[620]">
        {conflict.path} was changed outside this page
      </h2>
      <p className="mt-1 text-ink-2">
        Nothing was overwritten. These are the changes since the version that both sides started
        from.
      </p>
      <div className="mt-4 grid grid-cols-2 gap-5">
        <Changes title="In the file" lines={theirs} />
        <Changes title="Yours, unsaved" lines={ours} />
      </div>
      {merge.changed.length === 0 ? null : (
        <ChangedNodes
          nodes={merge.changed}
          choices={choices}
          choose={(key, side) => {
            const next = new Map(choices);
            if (side === undefined) next.delete(key);
            else next.set(key, side);
            choose(next);
          }}
        />
      )}
      {others.length > 0 ? (
        <section className="mt-4">
          <h3 className="font-[550] text-working">Changed by both sides; the merge keeps yours:</h3>
          <ul className="mt-1 max-h-32 overflow-auto">
            {others.map(({ message, location }) => (
              <li key={`${location.node}.${location.param} ${message}`}>
                {[location.node, location.param].filter((part) => part !== undefined).join(', ')}
                {location.node === undefined ? '' : ': '}
                {message}
              </li>
            ))}
          </ul>
        </section>
      ) : merge.changed.length > 0 ? null : (
        <p className="mt-4">The changes do not conflict and can be merged.</p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <button type="button" className="button" onClick={close}>
          Decide later
        </button>
        <button type="button" className="button" onClick={() => takeTheirs(conflict)}>
          {' '}
          Discard mine{' '}
        </button>
        <button type="button" className="button" onClick={() => void keepAsCopy(conflict)}>
          Save mine as a copy
        </button>
        <button
          type="button"
          className="button go"
          onClick={() => void saveMerged(conflict, merge.graph)}
        >
          Merge and save
        </button>
      </div>
    </div>
  );
}

/** A save was refused because the file changed: see both sides, then merge, copy or give way. */
export function StaleDialog({ conflict }: { readonly conflict: Conflict }) {
  const dialog = useModal();
  const file = useDocument((state) => state.file);
  return (
    <dialog ref={dialog} className="dialog w-[680px]" aria-labelledby="stale-title" onClose={close}>
      {file === null ? null : <StaleBody conflict={conflict} file={file} />}
    </dialog>
  );
}
