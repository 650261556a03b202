import { withCheckpoint, type PortAliases, type RunEvent, type RunStatus } from '@graft/graph';
import { appended, emptyList, type GrowingList, GrowingMap } from './growing-collections.ts';
import {
  noStandIns,
  noTexts,
  standInViews,
  withStandIns,
  withStep,
  type StandIns,
} from './stand-ins.ts';
import { countsBytes, type Defined, type ReportedProblem, type StepView } from './step-view.ts';

/** The rounds of a loop that have started. */
interface Rounds {
  readonly count: number;
  /** The steps of these rounds, and the step that collects the rows of all of them. */
  readonly steps: GrowingList<string>;
}

export interface RunState {
  readonly runId: string;
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly steps: GrowingMap<StepView>;
  /** Steps that belong to no round. */
  readonly roots: GrowingList<string>;
  /** By the step of the loop. */
  readonly rounds: GrowingMap<Rounds>;
  readonly standIns: StandIns;
  /** Nodes of the file that the run replaces by other steps, computed from those steps. */
  readonly shown: GrowingMap<StepView>;
  readonly error?: ReportedProblem;
  /** `seq` of the newest event that is in this state; older ones change nothing. */
  readonly seq: number;
}

/** The most log lines that a step keeps here; the journal has all of them. */
const logLimit = 500;

/** A run without any event yet. */
export function emptyRun(runId: string): RunState {
  return {
    ...{ runId, file: '', status: 'queued', startedAt: 0, seq: 0 },
    ...{ steps: GrowingMap.of(), roots: emptyList, rounds: GrowingMap.of() },
    ...{ standIns: noStandIns, shown: GrowingMap.of() },
  };
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
/** Without the keys of undefined values. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, part]) => part !== undefined),
  ) as Defined<T>;
}

function changeStep(run: RunState, node: string, change: (step: StepView) => StepView): RunState {
  const known = run.steps.get(node);
  const before = known ?? queuedStep({ node, type: '' });
  const now = change(before);
  const steps = run.steps.with(node, now);
  const roots = known === undefined ? appended(run.roots, node) : run.roots;
  const standIns = withStep(run.standIns, { id: node, before, now });
  const changed = { ...run, steps, roots, standIns };
  return { ...changed, shown: standInViews(changed, standIns.shownBy.get(node) ?? []) };
}

/** A download or a copy of the model is over once the model writes. */
function withToken({ progress, ...step }: StepView, event: EventOf<'step.token'>): StepView {
  const text = (step.texts.get(event.item) ?? '') + event.text;
  const kept = progress === undefined || countsBytes(progress) ? {} : { progress };
  return { ...step, ...kept, texts: step.texts.with(event.item, text) };
}

function withLog(step: StepView, event: EventOf<'step.log'>): StepView {
  const { at, level, message, item, place } = event;
  const line = { at, level, message, ...(item === undefined ? {} : { item }) };
  return {
    ...step,
    logs: [...step.logs, line].slice(-logLimit),
    ...(place === undefined ? {} : { place: defined(place) }),
  };
}

function finishStep(run: RunState, event: EventOf<'step.finished'>): RunState {
  const { node, type, status, ms, outputs, madeAt, from, device, reason, items, remote, error } =
    event.step;
  const { checkpoints } = event.step;
  const failedKey = error === undefined ? undefined : event.step.cacheKey;
  return changeStep(run, node, ({ progress: _progress, ...step }) => ({
    ...step,
    type,
    status,
    ms,
    outputs,
    finishedAt: event.at,
    ...defined({ madeAt, from, device, reason, items, remote, error, failedKey, checkpoints }),
  }));
}

function queuedStep({ node, type }: { node: string; type: string }): StepView {
  return {
    ...{ node, type, status: 'queued', outputs: {}, logs: [] },
    ...{ metrics: emptyList, texts: noTexts },
  };
}

/** A loop has started a round: it is running and has more steps. */
function extendRun(run: RunState, event: EventOf<'run.extended'>): RunState {
  const added = event.nodes.map(({ node }) => node);
  const steps = event.nodes.reduce(
    (all, planned) => all.with(planned.node, queuedStep(planned)),
    run.steps,
  );
  const { count, steps: before } = run.rounds.get(event.loop) ?? { count: 0, steps: emptyList };
  const rounds = run.rounds.with(event.loop, {
    count: Math.max(count, event.round ?? 0),
    steps: added.reduce<GrowingList<string>>(appended, before),
  });
  const extended = { ...run, steps, rounds, ...withAdded(run, { ...event, added, steps }) };
  return changeStep(extended, event.loop, (step) => ({
    startedAt: event.at,
    ...step,
    status: 'running',
  }));
}

/** The nodes that stand for steps, with the added ones. */
function withAdded(
  { standIns, shown }: Pick<RunState, 'standIns' | 'shown'>,
  {
    aliases = {},
    added,
    steps,
  }: {
    readonly aliases?: PortAliases | undefined;
    readonly added: Iterable<string>;
    readonly steps: RunState['steps'];
  },
): Pick<RunState, 'standIns' | 'shown'> {
  const brought = withStandIns(standIns, { aliases, added }, steps);
  const nodes = { standIns: brought.standIns, steps, shown };
  return { standIns: brought.standIns, shown: standInViews(nodes, brought.ids) };
}

function startRun(event: EventOf<'run.started'>): RunState {
  const empty = emptyRun(event.runId);
  const steps = GrowingMap.of(
    event.nodes.map((planned): [string, StepView] => [planned.node, queuedStep(planned)]),
  );
  const roots = event.nodes.reduce<GrowingList<string>>(
    (all, { node }) => appended(all, node),
    emptyList,
  );
  return {
    ...{ ...empty, file: event.file, status: 'running', startedAt: event.at, seq: event.seq },
    ...{ steps, roots },
    ...withAdded(empty, { ...event, added: steps.keys(), steps }),
  };
}

function finishRun(run: RunState, event: EventOf<'run.finished'>): RunState {
  // A step that the run left behind did not run, whatever its last event said.
  const left = event.status === 'cancelled' ? 'cancelled' : 'skipped';
  const finished = [...run.steps.values()]
    .filter(({ status }) => status === 'running' || status === 'queued')
    .reduce(
      (changed, { node }) => changeStep(changed, node, (step) => ({ ...step, status: left })),
      run,
    );
  return {
    ...finished,
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
      const { at, done, total, unit, message } = event;
      return changeStep(run, event.node, (step) => {
        const before = step.progress?.unit === unit ? step.progress.since : undefined;
        const since = { ...(before ?? { done, from: at }), to: at };
        return { ...step, progress: { done, unit, since, ...defined({ total, message }) } };
      });
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
    case 'step.checkpoint':
      return changeStep(run, event.node, (step) => ({
        ...step,
        checkpoints: withCheckpoint(step.checkpoints, event.checkpoint),
      }));
    case 'step.finished':
      return finishStep(run, event);
    case 'run.finished':
      return finishRun(run, event);
  }
}

/** The state after an event. Events of other runs and repeated events change nothing. */
export function foldEvent(run: RunState, event: RunEvent): RunState {
  if (event.runId !== run.runId || event.seq <= run.seq) return run;
  return { ...next(run, event), seq: event.seq };
}

/** The steps in the order of the list: those of rounds follow their loop. */
export function stepsInOrder({ steps, roots, rounds }: RunState): readonly StepView[] {
  const inOrder: StepView[] = [];
  const list = ({ shared, length }: GrowingList<string>): void => {
    for (let at = 0; at < length; at++) {
      const id = shared[at] ?? '';
      const step = steps.get(id);
      if (step !== undefined) inOrder.push(step);
      const inner = rounds.get(id);
      if (inner !== undefined) list(inner.steps);
    }
  };
  list(roots);
  return inOrder;
}

/** How many steps of a run have ended, of all that are known so far: rounds of loops add more. */
export function stepsDone({ steps }: Pick<RunState, 'steps'>): {
  readonly done: number;
  readonly all: number;
} {
  let done = 0;
  for (const { status } of steps.values()) {
    if (status !== 'queued' && status !== 'running') done += 1;
  }
  return { done, all: steps.size };
}

export function isOver(run: RunState): boolean {
  return run.status !== 'queued' && run.status !== 'running';
}
