import { Fragment, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useDocument, useScreen, useShape } from '../../kit/stores.ts';
import { bodyAt, cellHead, cellSections, proseOrder, keepViewShowable } from '@graft/view';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { useProblemAt } from '../../api/graphs/use-problems.ts';
import {
  CellSection,
  NotebookPage,
  OutlineEntry,
  OutlineSection,
} from '../../kit/notebook/notebook-page.tsx';
import { askForNode, Cell } from './cell.tsx';
import type { CellStep } from './cell-act.ts';
import { ProseCell } from './prose-cell.tsx';
import { chordName, keyName } from '../../kit/chord.ts';

function Entry({ id, go }: { readonly id: string; readonly go: (id: string) => void }) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const definition = useShape(node);
  const selected = useScreen(({ selection }) => selection.length === 1 && selection[0] === id);
  const { problem, incomplete = false } = useProblemAt(id) ?? {};
  if (node === undefined) return null;
  return (
    <li>
      <OutlineEntry
        head={cellHead(id, node, definition)}
        data-problem={problem !== undefined && !incomplete}
        aria-current={selected}
        onClick={() => go(id)}
      />
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

/** What may have the focus while no cell has had it: nothing, or what the page was asked for with. */
const unclaimed = 'body, [data-view]';
const firstKeys = new Set(['ArrowDown', 'ArrowUp', 'j', 'k']);

/** The keys that go from cell to cell come to the first, while none has the focus. */
function useFirstKey(first: string | undefined, go: (id: string) => void): void {
  // Before the cells are seen: a key that is pressed at once would be lost.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented } = event;
      if (!firstKeys.has(key) || ctrlKey || metaKey || altKey || shiftKey || defaultPrevented)
        return;
      if (first === undefined || document.activeElement?.matches(unclaimed) !== true) return;
      event.preventDefault();
      go(first);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [first, go]);
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
  const { nodes, edges, layout, notes, groups } = shown;
  const path = useDocument((state) => state.file?.path);
  const body = useDocument(({ trail }) => bodyAt(trail));
  const sections = useMemo(() => cellSections(shown), [nodes, edges, layout, groups]);
  const order = useMemo(() => sections.flatMap(({ ids }) => ids), [sections]);
  const { head, before } = useMemo(() => proseOrder(shown), [nodes, notes]);
  const prose = (all: typeof head = []) =>
    all.map(([id]) => <ProseCell key={id} id={id} move={moveFocus} />);
  const page = useRef<HTMLDivElement>(null);
  useEffect(keepViewShowable, []);
  const go = useCallback((id: string): void => {
    const cell = page.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`);
    cell?.scrollIntoView({ block: 'start' });
    cell?.focus({ preventScroll: true });
  }, []);
  useNewCell(order, go);
  useFirstKey(order[0], go);
  if (path === undefined) return null;
  return (
    <NotebookPage
      ref={page}
      outline={
        <>
          {sections.map(({ key, title, ids }) => (
            <OutlineSection key={key} title={title}>
              {ids.map((id) => (
                <Entry key={id} id={id} go={go} />
              ))}
            </OutlineSection>
          ))}
          {order.length === 0 ? null : <NotebookKeys />}
        </>
      }
    >
      <h1 className="pb-3 text-2xl font-[650] tracking-[-0.02em] break-words">
        {body ?? fileTitle(path).split('/').at(-1)}
      </h1>
      {prose(head)}
      {order.length === 0 ? <NoCell /> : null}
      {sections.map(({ key, title, ids }) => (
        <CellSection key={key} title={title}>
          {ids.map((id) => (
            <Fragment key={id}>
              {prose(before.get(id))}
              <Cell id={id} number={order.indexOf(id) + 1} move={moveFocus} go={go} />
            </Fragment>
          ))}
        </CellSection>
      ))}
    </NotebookPage>
  );
}

/** What the keys do while a cell has the focus. */
const keys: readonly (readonly [key: string, does: string])[] = [
  ['↑ ↓', 'Go to another cell'],
  ['Enter', 'Open parameters'],
  ['⇧ ↵', 'Run, go to next'],
  [keyName('↵'), 'Run, and stay'],
  ['A', 'Note above'],
  ['B', 'Node below'],
  ['C', 'Connect'],
  ['F2', 'Rename'],
  ['D D', 'Delete'],
  ['Z', 'Undo'],
  [`${chordName('alt+arrowup')} ↓`, 'Move a note'],
];

/** The keys of a notebook, beside its outline. */
function NotebookKeys() {
  return (
    <section
      className="mt-4 border-t border-line px-2 pt-3 text-sm text-ink-2"
      aria-label="Keyboard shortcuts for cells"
    >
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-2.5 gap-y-1">
        {keys.map(([key, does]) => (
          <div key={key} className="contents">
            <dt className="text-right">
              <kbd className="kbd font-sans whitespace-nowrap">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
