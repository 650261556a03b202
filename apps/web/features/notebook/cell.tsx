import { memo, useRef, type KeyboardEvent } from 'react';
import {
  action,
  cellHead,
  changedParams,
  deleteKeys,
  resultStep,
  undo,
  untitled,
} from '@graft/view';
import { CellFrame, Settings } from '../../kit/notebook/cell-frame.tsx';
import { TitleField } from '../../kit/node-title.tsx';
import { footText, offStatus, outdatedText } from '../../api/runs/node-status.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { useStatus } from '../../api/runs/use-node-status.ts';
import {
  useParamsHere,
  useShape,
  usePath,
  useDocument,
  useRunView,
  useOverlay,
  useScreen,
} from '../../kit/stores.ts';
import { useOutdated } from '../../api/runs/use-outdated.ts';
import { openMenu } from '../../kit/open-menu.ts';
import { useProblemAt, useWarningsAt } from '../../api/graphs/use-problems.ts';
import { startRun } from '../../api/runs/run-actions.ts';
import { OutputTab, ParameterForm, PastParameters } from '../../kit/slots.ts';
import { cellAct, useKeyBefore, type CellAct, type CellStep } from './cell-act.ts';
import { CellLinks } from './cell-links.tsx';
import { lookAtCell, openForm, useCellLook } from './cell-looks.ts';

/** Asks which node to add: after the selected one, where one is. */
export function askForNode(): void {
  useScreen.getState().show({ commandMenu: true, openEnd: null });
}

/** Adds a note that stands before the cell of a node. */
function addProse(id: string): void {
  action('addNoteAbout')(id);
}

interface CellProps {
  readonly id: string;
  /** From 1, in the order of the page. */
  readonly number: number;
  readonly move: (from: Element, step: CellStep) => void;
  readonly go: (id: string) => void;
}

/** One node: what it is, its parameters in a line or as a form, and what came out of it. */
export const Cell = memo(function Cell({ id, number, move, go }: CellProps) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const path = usePath(id);
  const step = useRunView((state) => resultStep(state, path));
  const ran = useStatus(path, step);
  const outdated = useOutdated(step?.error, path);
  const definition = useShape(node);
  const params = useParamsHere(id) ?? {};
  const past = useRunView((state) => state.past);
  const isPast = useDocument((state) => state.past !== null);
  const found = useProblemAt(id);
  const [warning] = useWarningsAt(id);
  // What is wrong with the graph of now is nothing to that of before.
  const { problem, incomplete = false } = (isPast ? undefined : found) ?? {};
  const selected = useScreen(({ selection }) => selection.length === 1 && selection[0] === id);
  const renaming = useOverlay((state) => state.renamingNode === id);
  const look = useCellLook(path);
  const { open = false, folded = false } = look;
  const cell = useRef<HTMLElement>(null);
  const keyBefore = useKeyBefore();
  if (node === undefined) return null;
  const head = cellHead(id, node, definition);
  const { title } = head;
  const hasOutput =
    step !== undefined &&
    (Object.keys(step.outputs).length > 0 ||
      Object.keys(step.feeds ?? {}).length > 0 ||
      step.texts.size > 0 ||
      step.metrics.length > 0);
  const openOwn = (): void => openForm(id, path);
  const fold = (): void => lookAtCell(path, { folded: !folded });
  const acts: Readonly<Record<CellAct, (target: Element) => void>> = {
    leave: () => cell.current?.focus(),
    run: (target) => {
      void startRun(path);
      move(target, 1);
    },
    'run-here': () => void startRun(path),
    'run-and-add': () => {
      void startRun(path);
      askForNode();
    },
    next: (target) => move(target, 1),
    previous: (target) => move(target, -1),
    open: openOwn,
    fold,
    prose: () => addProse(id),
    add: askForNode,
    connect: () => useOverlay.getState().show({ connecting: { node: id } }),
    delete: (target) => {
      move(target, 'away');
      deleteKeys([id]);
    },
    undo,
  };
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    const at = { target, isCell: target === cell.current, before: keyBefore(event) };
    const act = cellAct(event, at);
    if (act === undefined) return;
    acts[act](target);
    if (act !== 'leave') event.preventDefault();
    event.stopPropagation();
  };
  return (
    <CellFrame
      ref={cell}
      head={head}
      name={id}
      status={head.off ? offStatus : ran}
      result={
        step?.status === 'running' && step.progress !== undefined
          ? progressText(step.progress)
          : outdated
            ? outdatedText
            : footText(step)
      }
      failed={step?.error !== undefined && !outdated}
      look={look}
      relook={(change) => lookAtCell(path, change)}
      output={hasOutput ? <OutputTab key={path} node={path} /> : undefined}
      titleField={
        renaming ? (
          <TitleField id={id} title={node.title} fallback={untitled(id, node)} />
        ) : undefined
      }
      beforeStatus={
        <button
          type="button"
          className="button small cell-quiet"
          aria-label={`Add a note above ${title}`}
          title="Add a note above this cell (A)"
          onClick={() => addProse(id)}
        >
          Add note above
        </button>
      }
      afterStatus={
        <button
          type="button"
          className="button small cell-run"
          aria-label={`Run ${title}`}
          title="Run this cell and the nodes it needs (Shift ↵)"
          onClick={() => void startRun(path)}
        >
          Run
        </button>
      }
      data-cell={id}
      data-testid={`cell-${id}`}
      data-selected={selected}
      data-problem={problem !== undefined && !incomplete}
      data-status={step?.status ?? 'idle'}
      tabIndex={0}
      aria-label={`${String(number)}. ${title}`}
      onFocus={() => useScreen.getState().select([id])}
      onKeyDown={onKey}
      onContextMenu={(event) => {
        // Of what came out, and in fields, it is the browser's own: there people copy words.
        const { target } = event;
        if (!(target instanceof Element) || target.closest('.cell-output, .cell-form') !== null)
          return;
        const at = { x: event.clientX, y: event.clientY };
        if (openMenu(target, at)) event.preventDefault();
      }}
    >
      <button
        type="button"
        className="cell-settings"
        aria-expanded={open}
        title={open ? 'Close the parameters' : 'Open the parameters'}
        onClick={() => (open ? lookAtCell(path, { open: false }) : openOwn())}
      >
        <Settings params={changedParams(params, definition)} />
      </button>
      <CellLinks id={id} go={go} />
      {problem === undefined ? null : (
        <p className={`px-4 pb-2 ${incomplete ? 'text-ink-2' : 'text-error'}`}>{problem.message}</p>
      )}
      {warning === undefined || isPast || open ? null : (
        <p className="px-4 pb-2 text-working">{warning.message}</p>
      )}
      {open && definition !== undefined ? (
        <div className="cell-form">
          {past ? (
            <PastParameters node={id} definition={definition} />
          ) : (
            <ParameterForm node={id} definition={definition} />
          )}
        </div>
      ) : null}
    </CellFrame>
  );
});
