import { Fragment, useCallback, useEffect, useMemo, useRef } from 'react';
import { familyColour } from '../../kit/node-types.ts';
import { useDocument, useScreen, useShape } from '../../kit/stores.ts';
import { bodyAt, cellOrder, proseOrder, untitled, keepViewShowable } from '@graft/view';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { useProblemAt } from '../../api/graphs/use-problems.ts';
import { askForNode } from './ask-for-node.ts';
import { Cell } from './cell.tsx';
import type { CellStep } from './cell-act.ts';
import { useFirstKey } from './first-key.ts';
import { NotebookKeys } from './notebook-keys.tsx';
import { printLight } from './print-light.ts';
import { ProseCell } from './prose-cell.tsx';

function OutlineEntry({ id, go }: { readonly id: string; readonly go: (id: string) => void }) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const look = useShape(node);
  const selected = useScreen(({ selection }) => selection.length === 1 && selection[0] === id);
  const { problem, incomplete = false } = useProblemAt(id) ?? {};
  if (node === undefined) return null;
  return (
    <li>
      <button
        type="button"
        className="outline-entry"
        style={{ '--c': familyColour(look?.group) }}
        aria-current={selected}
        data-problem={problem !== undefined && !incomplete}
        onClick={() => go(id)}
      >
        <i className="group-square" />
        <span className="truncate">{node.title ?? untitled(id, node)}</span>
      </button>
    </li>
  );
}

/** Moves from cell to cell; `from` is the element that a key was pressed in. `away` from what goes: to the next, or the one before. */
function moveFocus(from: Element, step: CellStep): void {
  const cells = [...document.querySelectorAll<HTMLElement>('.cell, .prose-cell')];
  const at = cells.findIndex((cell) => cell.contains(from));
  const next = step === 'away' ? (cells[at + 1] ?? cells[at - 1]) : cells[at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Goes to the cell of a node that has been added on this page, once what it was asked for in is closed. */
function useNewCell(order: readonly string[], go: (id: string) => void): void {
  const of = useDocument(({ file, trail }) => `${file?.path ?? ''} ${String(bodyAt(trail))}`);
  const known = useRef({ of, ids: new Set(order) });
  useEffect(() => {
    const { of: before, ids } = known.current;
    known.current = { of, ids: new Set(order) };
    const added = order.find((id) => !ids.has(id));
    // Another graph, or one that came from outside meanwhile, takes the focus from nobody.
    if (before !== of || added === undefined || !useScreen.getState().selection.includes(added))
      return;
    const waiting = requestAnimationFrame(() => go(added));
    return () => cancelAnimationFrame(waiting);
  }, [order, of, go]);
}

/** In the place of the cells of a graph that has none yet. */
function NoCell() {
  return (
    <section className="first-cell" aria-label="No cell yet">
      <p>
        No cells yet. Each cell is a node of the graph, below the nodes that it needs. Drop files
        here to read them, or add any node.
      </p>
      <button type="button" className="button go" onClick={askForNode}>
        Add the first cell
      </button>
    </section>
  );
}

/** The shown graph as a page: its nodes as cells, each below what feeds it. */
export function NotebookView() {
  const shown = useDocument((state) => state.shown);
  const { nodes, edges, layout, notes } = shown;
  const path = useDocument((state) => state.file?.path);
  const body = useDocument(({ trail }) => bodyAt(trail));
  const order = useMemo(() => cellOrder(shown), [nodes, edges, layout]);
  const { head, before } = useMemo(() => proseOrder(shown), [nodes, notes]);
  const prose = (all: typeof head = []) =>
    all.map(([id]) => <ProseCell key={id} id={id} move={moveFocus} />);
  const page = useRef<HTMLDivElement>(null);
  useEffect(keepViewShowable, []);
  useEffect(printLight, []);
  const go = useCallback((id: string): void => {
    const cell = page.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`);
    cell?.scrollIntoView({ block: 'start' });
    cell?.focus({ preventScroll: true });
  }, []);
  useNewCell(order, go);
  useFirstKey(order[0], go);
  if (path === undefined) return null;
  return (
    <div className="notebook">
      <nav aria-label="Outline" className="notebook-outline">
        <ol>
          {order.map((id) => (
            <OutlineEntry key={id} id={id} go={go} />
          ))}
        </ol>
        {order.length === 0 ? null : <NotebookKeys />}
      </nav>
      <main className="notebook-page" ref={page}>
        <div className="notebook-cells">
          <h1 className="pb-3 text-2xl font-[650] tracking-[-0.02em] break-words">
            {body ?? fileTitle(path).split('/').at(-1)}
          </h1>
          {prose(head)}
          {order.length === 0 ? <NoCell /> : null}
          {order.map((id, at) => (
            <Fragment key={id}>
              {prose(before.get(id))}
              <Cell id={id} number={at + 1} move={moveFocus} go={go} />
            </Fragment>
          ))}
        </div>
      </main>
    </div>
  );
}
