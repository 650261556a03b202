import { setTitle } from '@graft/graph';
import { useEffect, useRef } from 'react';
import { useDocument, useOverlay } from './stores.ts';

interface NodeTitleProps {
  readonly id: string;
  /** What people called it. */
  readonly title: string | undefined;
  /** What it is called else: the title of its type. */
  readonly fallback: string;
  readonly renaming: boolean;
}

/** Another may be renamed by now. */
function finish(id: string): void {
  const { renamingNode, show } = useOverlay.getState();
  if (renamingNode === id) show({ renamingNode: null });
}

/** Where a title is written anew. */
export function TitleField({ id, title, fallback }: Omit<NodeTitleProps, 'renaming'>) {
  const field = useRef<HTMLInputElement>(null);
  const given = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const commit = (keep: boolean): void => {
    if (given.current) return;
    given.current = true;
    const written = field.current?.value.trim() ?? '';
    if (keep && written !== (title ?? fallback)) {
      useDocument.getState().edit((graph) => setTitle(graph, id, written));
    }
    finish(id);
  };
  return (
    <input
      ref={field}
      // The renderer would drag the node, or take Delete and the arrows for itself.
      className="node-title nodrag nopan nokey rounded-sm bg-paper outline-2 outline-accent"
      aria-label={`Title of ${id}`}
      defaultValue={title ?? fallback}
      onBlur={() => commit(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') commit(true);
        if (event.key === 'Escape') commit(false);
      }}
    />
  );
}

/** A node's title; a double click or F2 writes it anew where it stands. */
export function NodeTitle({ renaming, ...props }: NodeTitleProps) {
  if (renaming) return <TitleField {...props} />;
  const { id, title, fallback } = props;
  return (
    <span
      className="node-title"
      data-title={title ?? fallback}
      title={`${title ?? ''} ${id}`.trim()}
      onDoubleClick={() => useOverlay.getState().show({ renamingNode: id })}
    >
      {title ?? fallback}
    </span>
  );
}
