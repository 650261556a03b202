import {
  parseFeed,
  type ArtifactRef,
  type Feed,
  type PortAliases,
  type StepStatus,
} from '@graft/graph';
import { emptyList } from './growing-list.ts';
import type { StepView } from './run-state.ts';

/** A node of the file that a plan has other steps for. */
interface StandIn {
  /** The steps whose progress is its own: those within a `graph` node, else those that feed it. */
  readonly members: readonly string[];
  /** By output, what is seen at it. */
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** The nodes of a file that are not steps of its run: graphs that are used, `input`, `output`, and what is switched off. */
export interface StandIns {
  readonly nodes: ReadonlyMap<string, StandIn>;
  /** By step, the nodes that show it. */
  readonly shownBy: ReadonlyMap<string, readonly string[]>;
}

export const noStandIns: StandIns = { nodes: new Map(), shownBy: new Map() };

/** Reads the nodes out of the aliases of a run; `steps` are the ids of its steps, beside those that it had `before`. */
export function standInsOf(
  aliases: PortAliases,
  steps: readonly string[],
  before: Readonly<Record<string, unknown>> = {},
): StandIns {
  const within = new Map<string, string[]>();
  for (const step of steps) {
    for (let end = step.indexOf('/'); end !== -1; end = step.indexOf('/', end + 1)) {
      const graph = step.slice(0, end);
      const members = within.get(graph);
      if (members === undefined) within.set(graph, [step]);
      else members.push(step);
    }
  }
  const known = new Set(steps);
  const feeds = new Map<string, Record<string, Feed>>();
  for (const graph of within.keys()) feeds.set(graph, {});
  for (const [alias, sources] of Object.entries(aliases)) {
    const { node, port } = parseFeed(alias);
    // A run of a part of the graph has the aliases of all of it.
    const found = sources
      .map(parseFeed)
      .filter((feed) => known.has(feed.node) || Object.hasOwn(before, feed.node));
    if (found.length === 0) continue;
    const ports = feeds.get(node) ?? {};
    for (const [index, feed] of found.entries()) {
      ports[index === 0 ? port : `${port} ${String(index + 1)}`] = feed;
    }
    feeds.set(node, ports);
  }
  const nodes = new Map<string, StandIn>();
  const shownBy = new Map<string, string[]>();
  for (const [id, ports] of feeds) {
    const members = within.get(id) ?? [...new Set(Object.values(ports).map(({ node }) => node))];
    nodes.set(id, { members, feeds: ports });
    for (const step of new Set([...members, ...Object.values(ports).map(({ node }) => node)])) {
      const shown = shownBy.get(step);
      if (shown === undefined) shownBy.set(step, [id]);
      else shown.push(id);
    }
  }
  return { nodes, shownBy };
}

/** Those of a run with what further steps of it bring. */
export function withStandIns(own: StandIns, added: StandIns): StandIns {
  const nodes = new Map(own.nodes);
  for (const [id, { members, feeds }] of added.nodes) {
    const known = nodes.get(id);
    nodes.set(id, {
      members: known === undefined ? members : [...new Set([...known.members, ...members])],
      feeds: { ...known?.feeds, ...feeds },
    });
  }
  const shownBy = new Map(own.shownBy);
  for (const [step, ids] of added.shownBy) {
    shownBy.set(step, [...new Set([...(shownBy.get(step) ?? []), ...ids])]);
  }
  return { nodes, shownBy };
}

/** What several steps came to as one. */
function statusOf(steps: readonly StepView[]): StepStatus {
  const has = (status: StepStatus): boolean => steps.some((step) => step.status === status);
  if (has('running')) return 'running';
  // Between two of its steps it is still at work.
  if (has('queued')) return steps.every(({ status }) => status === 'queued') ? 'queued' : 'running';
  for (const status of ['failed', 'cancelled', 'skipped', 'succeeded'] as const) {
    if (has(status)) return status;
  }
  return 'cached';
}

type Steps = Readonly<Record<string, StepView>>;

/** A node as its steps tell it. */
function standInView(node: string, { members, feeds }: StandIn, steps: Steps): StepView {
  const own = members.flatMap((id) => steps[id] ?? []);
  const status = statusOf(own);
  const outputs = Object.entries(feeds).flatMap(([port, feed]): [string, ArtifactRef][] => {
    const artifact = steps[feed.node]?.outputs[feed.port];
    return artifact === undefined ? [] : [[port, artifact]];
  });
  const working = own.findLast((step) => step.status === 'running');
  const error = own.find((step) => step.error !== undefined)?.error;
  const from = status === 'cached' ? own.find((step) => step.from !== undefined)?.from : undefined;
  return {
    ...{ node, type: '', status, feeds, outputs: Object.fromEntries(outputs) },
    ms: own.reduce((sum, { ms = 0 }) => sum + ms, 0),
    ...{ logs: [], metrics: emptyList, texts: working?.texts ?? new Map<string, string>() },
    ...(working?.progress === undefined ? {} : { progress: working.progress }),
    ...(error === undefined ? {} : { error }),
    ...(from === undefined ? {} : { from }),
  };
}

interface StandInState {
  readonly standIns: StandIns;
  readonly steps: Steps;
  /** By node of the file. */
  readonly shown: Steps;
}

/** Nodes, or all, as the steps are now; the others stay the same objects. */
export function standInViews(
  { standIns, steps, shown: before }: StandInState,
  ids: readonly string[] = [...standIns.nodes.keys()],
): Steps {
  if (ids.length === 0) return before;
  const views = ids.flatMap((id): [string, StepView][] => {
    const node = standIns.nodes.get(id);
    return node === undefined ? [] : [[id, standInView(id, node, steps)]];
  });
  return { ...before, ...Object.fromEntries(views) };
}
