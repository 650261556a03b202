import type { CellHead } from '@graft/view';
import type { ReactNode, Ref } from 'react';
import { familyColour } from '../family-colour.ts';

interface NotebookPageProps {
  /** Beside the cells; undefined where there are none. */
  readonly outline: ReactNode | undefined;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLElement>;
}

/** A graph as a page: an outline, and its nodes as cells, each below what feeds it. */
export function NotebookPage({ outline, children, ref }: NotebookPageProps) {
  return (
    <div className="notebook">
      {outline === undefined ? null : (
        <nav aria-label="Outline" className="notebook-outline">
          {outline}
        </nav>
      )}
      <main className="notebook-page" ref={ref}>
        <div className="notebook-cells">{children}</div>
      </main>
    </div>
  );
}

interface OutlineEntryProps {
  readonly head: CellHead;
  readonly problem: boolean;
  /** Whether its cell is the selected one. */
  readonly current?: boolean;
  readonly go: () => void;
  /** The address of its cell, where cells have addresses. */
  readonly href?: string;
}

/** The line of a cell in the outline, which leads to it. */
export function OutlineEntry({ head, problem, current, go, href }: OutlineEntryProps) {
  const entry = {
    ...{ className: 'outline-entry', onClick: go, 'data-problem': problem },
    style: { '--c': familyColour(head.group) },
    children: (
      <>
        <i className="group-square" />
        <span className="truncate">{head.title}</span>
      </>
    ),
  };
  return href === undefined ? (
    <button type="button" aria-current={current} {...entry} />
  ) : (
    <a href={href} {...entry} />
  );
}
