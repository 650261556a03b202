import { stoppedText } from '@graft/graph';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState, type FocusEvent } from 'react';
import { progressShare, stepStatus } from '../../api/runs/node-status.ts';
import { amountText, progressText } from '../../api/runs/run-texts.ts';
import { openMenuOf } from '../../kit/open-menu.ts';
import { useOutdated } from '../../api/runs/use-outdated.ts';
import {
  countsBytes,
  drawnFile,
  isOver,
  prefixOf,
  stepsInOrder,
  type StepView,
  stepTitle,
  action,
} from '@graft/view';
import { useRunView, useDocument, useScreen } from '../../kit/stores.ts';
import { NoRun } from './no-run.tsx';
import { useNow } from '../../kit/use-now.ts';

const barColour: Record<StepView['status'], string> = {
  queued: 'transparent',
  running: 'var(--working)',
  cached: 'var(--line-strong)',
  succeeded: 'var(--accent)',
  failed: 'var(--error)',
  skipped: 'transparent',
  cancelled: 'var(--line-strong)',
};

/** The smallest visible share of the width, in percent. */
const leastShare = 0.6;

/** A step and its run: when the run started, and where an unfinished step ends. */
interface StepOfRun {
  readonly step: StepView;
  readonly began: number;
  readonly end: number | undefined;
}

/** The height of a row in pixels. */
const rowHeight = 20;

/** Milliseconds as a share of the run, which the list sets: a bar is redrawn only with its step. */
const partOfRun = (ms: number): string => `calc(${Math.max(0, ms)} / var(--run-ms) * 100%)`;

function Bar({ step, began, end }: StepOfRun) {
  const to = step.finishedAt ?? end ?? began;
  const from = step.startedAt ?? to - (step.ms ?? 0);
  const share = step.status === 'running' ? progressShare(step) : undefined;
  return (
    <span className="relative h-[9px] overflow-hidden rounded-[3px] bg-[color-mix(in_srgb,var(--line)_60%,transparent)]">
      <i
        className="absolute top-0 h-full rounded-[3px]"
        style={{
          left: `min(${partOfRun(from - began)}, ${100 - leastShare}%)`,
          width: `max(${partOfRun(to - from)}, ${leastShare}%)`,
          background: barColour[step.status],
          // The bar of a running step ends now, and shows its progress if that is known.
          ...(share === undefined
            ? {}
            : {
                background: `linear-gradient(90deg, ${barColour.running} ${share * 100}%, color-mix(in srgb, ${barColour.running} 35%, transparent) ${share * 100}%)`,
              }),
        }}
      />
    </span>
  );
}

function stepText(step: StepView): string {
  if (step.status === 'running' && step.progress !== undefined) {
    const { total, unit } = step.progress;
    if (total !== undefined) return amountText(step.progress);
    if (countsBytes(step.progress)) return unit.startsWith('bytes of ') ? 'downloading' : 'copying';
    return `${amountText(step.progress)} ${unit}`;
  }
  return stepStatus(step)?.label ?? '';
}

/** The progress of a step, or where it stopped. */
function hintOf({ status, progress, checkpoints }: StepView): string | undefined {
  if (progress !== undefined && status === 'running') return progressText(progress);
  return checkpoints === undefined || status === 'succeeded' ? undefined : stoppedText(checkpoints);
}

/** The device of a step; empty if it has no choice, or was reused. */
function deviceOf({ device, status }: StepView): string {
  return device === undefined || device === 'auto' || status === 'cached' ? '' : device;
}

/** The machine of a step, if there are workers. */
function machineOf({ place, status }: StepView): string {
  if (place === undefined) return '';
  const { worker, why } = place;
  if (worker !== undefined) return worker.replace(', process ', ' · ');
  if (why !== undefined) return 'this machine';
  return status === 'running' ? 'waits' : '';
}

interface RowProps extends StepOfRun {
  readonly index: number;
  readonly count: number;
  /** Some steps run on workers: each says where. */
  readonly hasWorkers: boolean;
}

const Row = memo(function Row({ index, count, step, began, end, hasWorkers }: RowProps) {
  const prefix = useDocument(({ trail }) => prefixOf(trail));
  const id = step.node.startsWith(prefix) ? step.node.slice(prefix.length) : '';
  const selected = useScreen((state) => state.selection.includes(id));
  const title = useDocument((state) => stepTitle(step.node, drawnFile(state)));
  return (
    <li
      className="absolute inset-x-0"
      style={{ top: index * rowHeight }}
      data-step={step.node}
      aria-posinset={index + 1}
      aria-setsize={count}
      onContextMenu={openMenuOf}
    >
      <button
        type="button"
        className={`grid h-5 w-full grid-cols-[176px_1fr_56px_96px] ${hasWorkers ? '@[720px]:grid-cols-[176px_1fr_128px_56px_96px]' : ''} items-center gap-2.5 px-3.5 text-left text-sm text-ink-2 hover:text-ink aria-pressed:text-ink`}
        aria-pressed={selected}
        title={hintOf(step)}
        onClick={() => action('showNode')(step.node, 'output')}
      >
        <span className="truncate" title={step.node}>
          {title}
        </span>
        <Bar step={step} began={began} end={end} />
        {hasWorkers ? (
          <span
            className="hidden truncate text-right @[720px]:block"
            title={step.place?.waited ?? step.place?.why}
          >
            {machineOf(step)}
          </span>
        ) : null}
        <span className="truncate text-right">{deviceOf(step)}</span>
        <span
          className={`truncate text-right tabular-nums ${step.status === 'failed' ? 'text-error' : ''}`}
        >
          {stepText(step)}
        </span>
      </button>
    </li>
  );
});

/** Whether a step is drawn up to now, or up to the end of the run. */
const isOpen = ({ status, finishedAt }: StepView): boolean =>
  finishedAt === undefined && (status === 'running' || status === 'cancelled');

/**
 * Renders only the rows in view and the focused one, because each row clips its texts, which is slow. Keeps the failed
 * step, else the last running one, in view, unless the pointer or the focus is in the list.
 */
function useRowsInSight(steps: readonly StepView[], error: unknown) {
  const list = useRef<HTMLOListElement>(null);
  const [focused, setFocused] = useState<string>();
  const kept = focused === undefined ? -1 : steps.findIndex(({ node }) => node === focused);
  const virtualizer = useVirtualizer({
    count: steps.length,
    getScrollElement: () => list.current,
    estimateSize: () => rowHeight,
    overscan: 2,
    rangeExtractor: (range) => {
      const rows = defaultRangeExtractor(range);
      return kept === -1 || rows.includes(kept) ? rows : [...rows, kept].sort((a, b) => a - b);
    },
  });
  const onFocus = ({ target }: FocusEvent): void =>
    setFocused(target.closest<HTMLElement>('[data-step]')?.dataset['step']);
  const onBlur = (): void => setFocused(undefined);
  const failed = steps.findIndex(({ status }) => status === 'failed');
  const at = failed === -1 ? steps.findLastIndex(({ status }) => status === 'running') : failed;
  useEffect(() => {
    if (at >= 0 && list.current?.matches(':hover, :focus-within') === false)
      virtualizer.scrollToIndex(at);
    // The summary takes some of the room.
  }, [virtualizer, at, error]);
  return { list, virtualizer, onFocus, onBlur };
}

/** A bar for each node of the run on the screen. */
export function Timeline() {
  const run = useRunView((state) => state.run);
  const working = run !== null && !isOver(run);
  const now = useNow(working, 200);
  const outdated = useOutdated(run?.error, '');
  const steps = run === null ? [] : stepsInOrder(run);
  const hasWorkers = steps.some(({ place }) => place?.worker ?? place?.waited);
  const { list, virtualizer, ...follow } = useRowsInSight(steps, run?.error);
  if (run === null || run.seq === 0) {
    return <NoRun hint="Press Run to see each step here." />;
  }
  const end = run.finishedAt ?? now;
  return (
    <>
      {run.error === undefined ? null : (
        <p
          className={`mx-3.5 mb-1 line-clamp-2 shrink-0 ${outdated ? 'text-ink-2' : 'text-error'}`}
          title={run.error.message}
        >
          {outdated ? 'Before the change: ' : ''}
          {run.error.message}
        </p>
      )}
      <ol
        ref={list}
        className="@container relative min-h-0 flex-1 overflow-auto"
        style={{ '--run-ms': Math.max(1, end - run.startedAt) }}
        aria-label="Steps"
        {...follow}
      >
        <li aria-hidden style={{ height: virtualizer.getTotalSize() }} />
        {virtualizer.getVirtualItems().map(({ index }) => {
          const step = steps[index];
          if (step === undefined) return null;
          return (
            <Row
              key={step.node}
              index={index}
              count={steps.length}
              hasWorkers={hasWorkers}
              step={step}
              began={run.startedAt}
              end={isOpen(step) ? end : undefined}
            />
          );
        })}
      </ol>
    </>
  );
}
