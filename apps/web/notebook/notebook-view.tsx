import { Fragment, useEffect, useMemo, useRef } from 'react';
import { familyColour } from '../canvas/family-colour.ts';
import { keyName } from '../shell/platform.ts';
import { useDocument } from '../state/document-store.ts';
import { bodyAt } from '../state/levels.ts';
import { fileTitle } from '../state/file-actions.ts';
import { useLook } from '../state/node-shape.ts';
import { untitled } from '../state/node-titles.ts';
import { useProblemAt } from '../state/problems.ts';
import { useScreen } from '../state/screen-store.ts';
import { keepViewShowable } from '../state/way-out.ts';
import { Cell } from './cell.tsx';
import { cellOrder } from './cell-order.ts';
import { proseOrder } from './prose-order.ts';
import { part } from '../shell/part.tsx';

/** Loaded where a graph has notes. */
const ProseCell = part(() => import('./prose-cell.tsx').then((loaded) => loaded.ProseCell));

function OutlineEntry({ id, go }: { readonly id: string; readonly go: (id: string) => void }) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const look = useLook(node);
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

/** Moves from cell to cell; `from` is the element that a key was pressed in. */
function moveFocus(from: Element, step: 1 | -1): void {
  const cells = [...document.querySelectorAll<HTMLElement>('.cell, .prose-cell')];
  const at = cells.findIndex((cell) => cell.contains(from));
  const next = cells[at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
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
  const go = (id: string): void => {
    const cell = page.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`);
    cell?.scrollIntoView({ block: 'start' });
    cell?.focus({ preventScroll: true });
  };
  if (path === undefined) return null;
  return (
    <div className="notebook">
      <nav aria-label="Outline" className="notebook-outline">
        <ol>
          {order.map((id) => (
            <OutlineEntry key={id} id={id} go={go} />
          ))}
        </ol>
        <p className="px-2 pt-3 text-sm text-ink-2">
          ↑ ↓ from cell to cell, Enter its parameters, Shift ↵ runs it, {keyName('↵')} all; A adds
          prose above.
        </p>
      </nav>
      <main className="notebook-page" ref={page}>
        <div className="notebook-cells">
          <h1 className="pb-3 text-2xl font-[650] tracking-[-0.02em] break-words">
            {body ?? fileTitle(path).split('/').at(-1)}
          </h1>
          {prose(head)}
          {order.map((id, at) => (
            <Fragment key={id}>
              {prose(before.get(id))}
              <Cell id={id} number={at + 1} move={moveFocus} />
            </Fragment>
          ))}
        </div>
      </main>
    </div>
  );
}
