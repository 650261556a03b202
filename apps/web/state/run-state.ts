import type {
  ArtifactRef,
  Feed,
  ItemCounts,
  MetricRow,
  MissReason,
  Problem,
  RunEvent,
  RunStatus,
  StepStatus,
} from '@graft/graph';
import { appended, emptyList, type GrowingList } from './growing-list.ts';
import { noStandIns, standInsOf, standInViews, withStandIns, type StandIns } from './stand-ins.ts';

interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly item?: string;
}

/** A problem as events carry it: its code is not checked against this version's list. */
type ReportedProblem = Omit<Problem, 'code' | 'location'> & {
  readonly code: string;
  readonly location: {
    readonly [part in keyof Problem['location']]?: Problem['location'][part] | undefined;
  };
};

/** One step as its events tell it. */
export interface StepView {
  readonly node: string;
  readonly type: string;
  readonly status: StepStatus;
  readonly device?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Milliseconds of work. */
  readonly ms?: number;
  /** Of a reused result: when it was made, in ms since the epoch. */
  readonly madeAt?: number;
  /** The package that a reused result came in. */
  readonly from?: string;
  readonly progress?: {
    readonly done: number;
    readonly total?: number;
    readonly unit: string;
    readonly message?: string;
  };
  readonly reason?: MissReason;
  readonly items?: ItemCounts;
  readonly outputs: Readonly<Record<string, ArtifactRef>>;
  /** Of a node that the run has other steps for: by output, the step's output that is seen at it. */
  readonly feeds?: Readonly<Record<string, Feed>>;
  readonly error?: ReportedProblem;
  readonly logs: readonly LogLine[];
  /** Rows of metrics so far, for curves. */
  readonly metrics: GrowingList<MetricRow>;
  /** Text written so far, by item, in the order the items began. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface RunState {
  readonly runId: string;
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly steps: Readonly<Record<string, StepView>>;
  readonly standIns: StandIns;
  /** Nodes of the file that the run has other steps for, as these tell them. */
  readonly shown: Readonly<Record<string, StepView>>;
  readonly error?: ReportedProblem;
  /** `seq` of the newest event that is in this state; older ones change nothing. */
  readonly seq: number;
}

/** Log lines kept for a step; the rest is in the journal. */
const logLimit = 500;

/** A run of which no event is known yet. */
export function emptyRun(runId: string): RunState {
  return {
    ...{ runId, file: '', status: 'queued', startedAt: 0, seq: 0 },
    ...{ steps: {}, standIns: noStandIns, shown: {} },
  };
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
/** Drops keys whose value is undefined, which events allow and states do not. */
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, part]) => part !== undefined),
  ) as Defined<T>;
}

function changeStep(run: RunState, node: string, change: (step: StepView) => StepView): RunState {
  const step = run.steps[node] ?? queuedStep({ node, type: '' });
  const changed = { ...run, steps: { ...run.steps, [node]: change(step) } };
  return { ...changed, shown: standInViews(changed, run.standIns.shownBy.get(node) ?? []) };
}

function withToken(step: StepView, event: EventOf<'step.token'>): StepView {
  const texts = new Map(step.texts);
  texts.set(event.item, (texts.get(event.item) ?? '') + event.text);
  return { ...step, texts };
}

function withLog(step: StepView, event: EventOf<'step.log'>): StepView {
  const { at, level, message, item } = event;
  const line = { at, level, message, ...(item === undefined ? {} : { item }) };
  return { ...step, logs: [...step.logs, line].slice(-logLimit) };
}

function finishStep(run: RunState, event: EventOf<'step.finished'>): RunState {
  const { node, type, status, ms, outputs, madeAt, from, device, reason, items, error } =
    event.step;
  return changeStep(run, node, ({ progress: _progress, ...step }) => ({
    ...step,
    type,
    status,
    ms,
    outputs,
    finishedAt: event.at,
    ...defined({ madeAt, from, device, reason, items, error }),
  }));
}

function queuedStep({ node, type }: { node: string; type: string }): StepView {
  return {
    ...{ node, type, status: 'queued', outputs: {}, logs: [] },
    ...{ metrics: emptyList, texts: new Map<string, string>() },
  };
}

/** A round of a loop has begun: the loop is at work, and has further steps. */
function extendRun(run: RunState, event: EventOf<'run.extended'>): RunState {
  const added = event.nodes.map((one): [string, StepView] => [one.node, queuedStep(one)]);
  // Behind the loop and the rounds before, as they are listed.
  const listed = Object.entries(run.steps);
  const before = listed.findLastIndex(
    ([id]) => id === event.loop || id.startsWith(`${event.loop}#`),
  );
  listed.splice(before === -1 ? listed.length : before + 1, 0, ...added);
  const steps = Object.fromEntries(listed);
  const brought = standInsOf(
    event.aliases ?? {},
    added.map(([id]) => id),
    steps,
  );
  const begun = { ...run, steps, standIns: withStandIns(run.standIns, brought) };
  const extended = { ...begun, shown: standInViews(begun, [...brought.nodes.keys()]) };
  return changeStep(extended, event.loop, (step) => ({
    startedAt: event.at,
    ...step,
    status: 'running',
  }));
}

function startRun(event: EventOf<'run.started'>): RunState {
  const steps = event.nodes.map((one): [string, StepView] => [one.node, queuedStep(one)]);
  const started = {
    steps: Object.fromEntries(steps),
    standIns: standInsOf(
      event.aliases ?? {},
      event.nodes.map(({ node }) => node),
    ),
    shown: {},
  };
  return {
    runId: event.runId,
    file: event.file,
    status: 'running',
    startedAt: event.at,
    ...started,
    shown: standInViews(started),
    seq: event.seq,
  };
}

function finishRun(run: RunState, event: EventOf<'run.finished'>): RunState {
  // A step that the run left behind did not run, whatever it said last.
  const left = event.status === 'cancelled' ? 'cancelled' : 'skipped';
  const steps = Object.values(run.steps).map((step): [string, StepView] => [
    step.node,
    step.status === 'running' || step.status === 'queued' ? { ...step, status: left } : step,
  ]);
  const finished = { ...run, steps: Object.fromEntries(steps) };
  return {
    ...finished,
    shown: standInViews(finished),
    status: event.status,
    finishedAt: event.at,
    ...(event.error === undefined ? {} : { error: event.error }),
  };
}

function next(run: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run.started':
      return startRun(event);
    case 'run.extended':
      return extendRun(run, event);
    case 'step.started':
      return changeStep(run, event.node, (step) => ({
        ...step,
        status: 'running',
        device: event.device,
        reason: event.reason,
        startedAt: event.at,
      }));
    case 'step.progress': {
      const { done, total, unit, message } = event;
      const progress = { done, unit, ...defined({ total, message }) };
      return changeStep(run, event.node, (step) => ({ ...step, progress }));
    }
    case 'step.log':
      return changeStep(run, event.node, (step) => withLog(step, event));
    case 'step.token':
      return changeStep(run, event.node, (step) => withToken(step, event));
    case 'step.metrics':
      return changeStep(run, event.node, (step) => ({
        ...step,
        metrics: appended(step.metrics, event.row),
      }));
    case 'step.finished':
      return finishStep(run, event);
    case 'run.finished':
      return finishRun(run, event);
  }
}

/** The state after an event. An event of another run, or one seen before, changes nothing. */
export function foldEvent(run: RunState, event: RunEvent): RunState {
  if (event.runId !== run.runId || event.seq <= run.seq) return run;
  return { ...next(run, event), seq: event.seq };
}

export function isOver(run: RunState): boolean {
  return run.status !== 'queued' && run.status !== 'running';
}
