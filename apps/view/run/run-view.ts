import type { Feed, Graph, Outage, RunEvent } from '@graft/graph';
import { createStore } from 'zustand/vanilla';
import { emptyRun, foldEvent, isOver, type RunState } from './run-state.ts';
import type { StepView } from './step-view.ts';

export type Steps = Readonly<Record<string, StepView>>;
/** Parameters as a run had them, by node. */
export type PastParams = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface RunView {
  /** The run on the screen: the newest of the open file, or a past one that was asked for. */
  readonly run: RunState | null;
  /** The newest run of the open file that is known. */
  readonly newest: string | null;
  /**
   * Whether the run on the screen is one of before: it is then shown as it was, with its own parameters, which come
   * after it.
   */
  readonly past: boolean;
  readonly pastParams: PastParams;
  /** Newest steps of nodes that the newest run did not have: one of a part of the graph leaves the rest as it was. */
  readonly earlier: Steps;
  /**
   * Results that the graph as it is drawn has already, where the runs on the screen gave others or none; told while the run
   * `after` was the one on the screen, and true as long as it is.
   */
  readonly kept: { readonly after: string | null; readonly steps: Steps };
  /**
   * The run of the last question, and whether the canvas still shows the graph that it ran. Nodes show its results if no run of
   * the file has any, and its steps while it runs.
   */
  readonly asked: { readonly run: RunState; readonly isDrawn: boolean } | null;
  /** The graph as it was drawn when the run was started here, which it was saved as. */
  readonly ranGraph: { readonly runId: string; readonly graph: Graph } | null;
  /** Whether a run is being started, of which nothing is known yet. */
  readonly starting: boolean;
  /** Whether the newest run of the file that was opened is still asked for. */
  readonly seeking: boolean;
  /** Other files than the open one that runs go on of, that of the newest first. */
  readonly elsewhere: readonly { readonly file: string; readonly experiment: boolean }[];
  /** Services that the server waits for. */
  readonly outages: readonly Outage[];
  /** Whether events come in: false while the connection is down. */
  readonly connected: boolean;
  follow(runId: string | null): void;
  /** Looks at a run of before; the newest one is simply followed. */
  lookBack(runId: string): void;
  setPastParams(runId: string, params: PastParams): void;
  setEarlier(runId: string, steps: Steps): void;
  setKept(after: string | null, steps: Steps): void;
  setNewest(runId: string | null): void;
  apply(events: readonly RunEvent[]): void;
  setConnected(connected: boolean): void;
}

/** What a run leaves for the next one to stand beside. */
function leftBy({ run, past, earlier }: Pick<RunView, 'run' | 'past' | 'earlier'>): Steps {
  if (run === null || past) return earlier;
  const made = [...run.steps, ...run.shown].filter(
    ([, step]) => Object.keys(step.outputs).length > 0,
  );
  return { ...earlier, ...Object.fromEntries(made) };
}

export const runView = createStore<RunView>()((set, get) => ({
  run: null,
  newest: null,
  past: false,
  pastParams: {},
  earlier: {},
  kept: { after: null, steps: {} },
  asked: null,
  ranGraph: null,
  starting: false,
  seeking: false,
  elsewhere: [],
  outages: [],
  connected: true,
  follow: (runId) =>
    set((state) => {
      if (runId === null) return { run: null, past: false, earlier: {} };
      if (state.run?.runId === runId) return { past: false };
      return { run: emptyRun(runId), past: false, earlier: leftBy(state) };
    }),
  lookBack(runId) {
    const { newest, run, past, follow } = get();
    if (runId === newest) follow(runId);
    else if (run?.runId !== runId || !past) {
      set((state) => ({
        run: emptyRun(runId),
        past: true,
        pastParams: {},
        earlier: leftBy(state),
      }));
    }
  },
  setPastParams: (runId, pastParams) =>
    set((state) => (state.run?.runId === runId && state.past ? { pastParams } : state)),
  setEarlier: (runId, earlier) =>
    set((state) => (state.run?.runId === runId && !state.past ? { earlier } : state)),
  setKept: (after, steps) => set({ kept: { after, steps } }),
  setNewest: (newest) => set({ newest }),
  apply: (events) =>
    set((state) => {
      if (state.run === null) return state;
      const run = events.reduce(foldEvent, state.run);
      return run === state.run ? state : { run };
    }),
  setConnected: (connected) => set({ connected }),
}));

/** Whether no run that is on the screen goes on or is being started. */
export function isIdle({ run, starting }: Pick<RunView, 'run' | 'starting'>): boolean {
  return !starting && (run === null || isOver(run));
}

/** Whether the run on the screen is known to go on: of one that was not started here, nothing is before its first events. */
export function isGoingOn({ run, ranGraph }: Pick<RunView, 'run' | 'ranGraph'>): boolean {
  return run !== null && !isOver(run) && (run.seq > 0 || ranGraph?.runId === run.runId);
}

/** Whether a run was just started here, of which nothing is known yet. */
export function isBeginning(state: Pick<RunView, 'run' | 'ranGraph' | 'starting'>): boolean {
  return state.starting || (state.run?.seq === 0 && isGoingOn(state));
}

/** Whether results that the open file has may still be on their way: what stands below these is drawn with them. */
export function isComing(state: RunView): boolean {
  const { run, seeking, connected } = state;
  return connected && !isBeginning(state) && (run === null ? seeking : run.seq === 0);
}

/** The step of a node in a run; of one that has other steps there, what these come to. */
export function stepIn(run: RunState | null, node: string): StepView | undefined {
  return run?.steps.get(node) ?? run?.shown.get(node);
}

/** The step that made an output of a node in a run, and its port there: a node that is no step shows what others give. */
export function makerIn(
  run: RunState | null,
  { node, port }: Feed,
): { readonly step: StepView | undefined; readonly port: string } {
  const own = stepIn(run, node);
  const [feed] = Object.values(own?.feeds ?? {});
  const source = feed === undefined ? undefined : stepIn(run, feed.node);
  return { step: source ?? own, port: feed?.port ?? port };
}

/** Rounds of a loop that the screen has steps of; 0 where it has none. `path` is the loop's. */
export function roundsOf(
  { run, past, earlier }: Pick<RunView, 'run' | 'past' | 'earlier'>,
  path: string,
): number {
  const rounds = run?.rounds.get(path)?.count;
  if (rounds !== undefined) return rounds;
  if (past || run?.steps.has(path) === true) return 0;
  return Object.keys(earlier).reduce((most, step) => {
    if (!step.startsWith(`${path}#`)) return most;
    const round = Number.parseInt(step.slice(path.length + 1), 10);
    // What gathers the rows of all rounds is of none.
    return Number.isNaN(round) ? most : Math.max(most, round);
  }, 0);
}

/** A node may be called as what every object has. */
export const ownStep = (steps: Steps, node: string): StepView | undefined =>
  Object.hasOwn(steps, node) ? steps[node] : undefined;

/** What of the kept results is shown: none beside a run of before, which is shown as it was. */
export function keptNow({ run, past, kept }: Pick<RunView, 'run' | 'past' | 'kept'>): Steps {
  return past || kept.after !== (run?.runId ?? null) ? {} : kept.steps;
}

type FileRuns = Pick<RunView, 'run' | 'past' | 'earlier' | 'kept'>;
type AllRuns = FileRuns & Pick<RunView, 'asked'>;

/** The step of a node that the screen shows: the file's own, or else what a question that was asked beside it gave there. */
export function stepOf(state: AllRuns, node: string): StepView | undefined {
  return resultStep(state, node) ?? askedStep(state, node);
}

/** The step of a node in the results of the file: what is kept, the run's own, or else the newest one before it. */
export function resultStep(state: FileRuns, node: string): StepView | undefined {
  return ownStep(keptNow(state), node) ?? stepRun(state, node);
}

/** What the last question gave at a node. Undefined while an earlier run is shown. */
export function askedStep(
  { asked, past }: Pick<RunView, 'asked' | 'past'>,
  node: string,
): StepView | undefined {
  const step = past ? undefined : stepIn(asked?.run ?? null, node);
  return step === undefined || Object.keys(step.outputs).length === 0 ? undefined : step;
}

/** The step of a node in a question that is running. Undefined while a run of the file is under way. */
export function stepAtWork(
  { run, asked, past }: Pick<RunView, 'run' | 'asked' | 'past'>,
  node: string,
): StepView | undefined {
  if (past || asked === null || isOver(asked.run)) return undefined;
  return run === null || isOver(run) ? stepIn(asked.run, node) : undefined;
}

/** The step that the screen shows at a node: that of a running question, else the one of `stepOf`. */
export function shownStep(state: AllRuns, node: string): StepView | undefined {
  return stepAtWork(state, node) ?? stepOf(state, node);
}

/** Whether the result that a node shows comes from a question, not from a run of the file. */
export function isAskedResult(state: AllRuns, node: string): boolean {
  const asked = askedStep(state, node);
  if (asked === undefined || stepRun(state, node) !== undefined) return false;
  const shown = stepOf(state, node)?.outputs ?? {};
  return Object.entries(asked.outputs).every(
    ([port, { digest }]) => shown[port]?.digest === digest,
  );
}

/** The same of the runs alone. */
export function stepRun(
  { run, past, earlier }: Pick<RunView, 'run' | 'past' | 'earlier'>,
  node: string,
): StepView | undefined {
  return stepIn(run, node) ?? (past ? undefined : ownStep(earlier, node));
}
