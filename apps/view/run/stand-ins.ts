import {
  parseFeed,
  type ArtifactRef,
  type Feed,
  type PortAliases,
  type StepStatus,
} from '@graft/graph';
import { appended, emptyList, type GrowingList, GrowingMap } from './growing-collections.ts';
import type { StepView } from './step-view.ts';

/** A node of the file that a plan replaces by other steps. */
interface StandIn {
  /** The steps that make up its progress: those within a `graph` node, else those that feed it. */
  readonly members: GrowingList<string>;
  /** By output, the step output that the node shows. */
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly tally: Tally;
}

/** The members of a node, summed up. When a member changes, its old state is subtracted and the new one added. */
interface Tally {
  readonly counts: Readonly<Record<StepStatus, number>>;
  /** Milliseconds of work, over all members. */
  readonly ms: number;
  /** The running members, in the order of their start. */
  readonly working: readonly string[];
  /** That of the first failed member. */
  readonly error?: StepView['error'];
  /** The package that one of the results came in. */
  readonly from?: string | undefined;
}

const noSteps: Tally = {
  counts: {
    ...{ queued: 0, running: 0, cached: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
  },
  ms: 0,
  working: [],
};

/**
 * The nodes of a file that are not steps of its run: used graphs, `input`, `output`, and nodes that are switched off.
 */
export interface StandIns {
  readonly nodes: GrowingMap<StandIn>;
  /** By step, the nodes that show it. */
  readonly shownBy: GrowingMap<readonly string[]>;
}

export const noStandIns: StandIns = { nodes: GrowingMap.of(), shownBy: GrowingMap.of() };

type Steps = Pick<GrowingMap<StepView>, 'get' | 'has'>;

/** What the aliases of a run name for a node, and the steps within it. */
interface Represented {
  readonly within: readonly string[] | undefined;
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** Reads the nodes from aliases. `added` are the ids of the steps that came with them, `steps` all steps of the run. */
function representedNodes(
  aliases: PortAliases,
  added: Iterable<string>,
  steps: Steps,
): ReadonlyMap<string, Represented> {
  const within = new Map<string, string[]>();
  for (const step of added) {
    for (let end = step.indexOf('/'); end !== -1; end = step.indexOf('/', end + 1)) {
      const graph = step.slice(0, end);
      const members = within.get(graph);
      if (members === undefined) within.set(graph, [step]);
      else members.push(step);
    }
  }
  const feeds = new Map<string, Record<string, Feed>>();
  for (const graph of within.keys()) feeds.set(graph, {});
  for (const [alias, sources] of Object.entries(aliases)) {
    const { node, port } = parseFeed(alias);
    // A run of a part of the graph has the aliases of the whole graph.
    const found = sources.map(parseFeed).filter((feed) => steps.has(feed.node));
    if (found.length === 0) continue;
    const ports = feeds.get(node) ?? {};
    for (const [index, feed] of found.entries()) {
      ports[index === 0 ? port : `${port} ${String(index + 1)}`] = feed;
    }
    feeds.set(node, ports);
  }
  return new Map(
    [...feeds].map(([id, ports]) => [id, { within: within.get(id), feeds: ports }] as const),
  );
}

/** The stand-ins, extended by further steps. `steps` includes the added ones. The cost grows with what is added. */
export function withStandIns(
  before: StandIns,
  brought: { readonly aliases: PortAliases; readonly added: Iterable<string> },
  steps: Steps,
): { readonly standIns: StandIns; readonly ids: readonly string[] } {
  const represented = representedNodes(brought.aliases, brought.added, steps);
  let { nodes, shownBy } = before;
  for (const [id, { within, feeds }] of represented) {
    const known = nodes.get(id);
    const sources = [...new Set(Object.values(feeds).map(({ node }) => node))];
    // A node whose own steps feed it may be named again; nodes with steps inside are new.
    const members = (within ?? sources).filter(
      (step) => within !== undefined || shownBy.get(step)?.includes(id) !== true,
    );
    nodes = nodes.with(id, {
      members: members.reduce<GrowingList<string>>(appended, known?.members ?? emptyList),
      feeds: { ...known?.feeds, ...feeds },
      tally: members.reduce(
        (tally, step) => updatedTally(tally, step, { now: steps.get(step) }),
        known?.tally ?? noSteps,
      ),
    });
    for (const step of new Set([...members, ...sources])) {
      const shown = shownBy.get(step) ?? [];
      if (!shown.includes(id)) shownBy = shownBy.with(step, [...shown, id]);
    }
  }
  return { standIns: { nodes, shownBy }, ids: [...represented.keys()] };
}

/** A tally after one member changed. `before` is absent if the step was no member yet. */
function updatedTally(
  tally: Tally,
  id: string,
  { before, now }: { readonly before?: StepView | undefined; readonly now: StepView | undefined },
): Tally {
  if (now === undefined) return tally;
  const counts = { ...tally.counts };
  if (before !== undefined) counts[before.status] -= 1;
  counts[now.status] += 1;
  const isWorking = now.status === 'running';
  const wasWorking = before?.status === 'running';
  const others =
    wasWorking && !isWorking ? tally.working.filter((working) => working !== id) : tally.working;
  return {
    counts,
    ms: tally.ms + (now.ms ?? 0) - (before?.ms ?? 0),
    working: isWorking && !wasWorking ? [...others, id] : others,
    error: tally.error ?? now.error,
    from: tally.from ?? now.from,
  };
}

/** The stand-ins after one step changed. */
export function withStep(
  { nodes, shownBy }: StandIns,
  step: { readonly id: string; readonly before: StepView; readonly now: StepView },
): StandIns {
  const { id, before, now } = step;
  let updated = nodes;
  for (const shown of shownBy.get(id) ?? []) {
    const node = updated.get(shown);
    if (node === undefined || !isMember(shown, id, node)) continue;
    updated = updated.with(shown, {
      ...node,
      tally: updatedTally(node.tally, id, { before, now }),
    });
  }
  return { nodes: updated, shownBy };
}

/** Whether a step counts as a member of a node: it lies within the node, or feeds a node that has none within. */
function isMember(id: string, step: string, { members }: StandIn): boolean {
  const [first = ''] = members.shared;
  return first.startsWith(`${id}/`) ? step.startsWith(`${id}/`) : true;
}

/** The status of several steps as one. */
function statusOf({ counts }: Tally): StepStatus {
  if (counts.running > 0) return 'running';
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  // Between two of its steps it is still running.
  if (counts.queued > 0) return counts.queued === all ? 'queued' : 'running';
  for (const status of ['failed', 'cancelled', 'skipped', 'succeeded'] as const) {
    if (counts[status] > 0) return status;
  }
  return 'cached';
}

/** The done share of a step, 0 to 1; undefined while its end is unknown. */
export function shareDone({ progress }: Pick<StepView, 'progress'>): number | undefined {
  if (progress?.total === undefined || progress.total <= 0) return undefined;
  return Math.min(1, progress.done / progress.total);
}

/** The progress of a node over its steps. A single step reports its own. */
function progressOf(
  { counts, working }: Tally,
  steps: Steps,
): Pick<StepView, 'share' | 'progress'> | undefined {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = total - counts.queued - counts.running;
  const shares = working.map((id) => shareDone(steps.get(id) ?? {}) ?? 0);
  const share = shares.reduce((sum, part) => sum + part, done) / total;
  if (total > 1) return { share, progress: { done, total, unit: 'steps' } };
  const { progress } = steps.get(working[0] ?? '') ?? {};
  return progress === undefined ? undefined : { share, progress };
}

/** A node as its steps describe it; `before` is what it showed last. */
function standInView(
  node: string,
  { feeds, tally }: StandIn,
  { steps, before }: { readonly steps: Steps; readonly before: StepView | undefined },
): StepView {
  const status = statusOf(tally);
  const progress = status === 'running' ? progressOf(tally, steps) : undefined;
  const outputs = Object.entries(feeds).flatMap(([port, feed]): [string, ArtifactRef][] => {
    const artifact = steps.get(feed.node)?.outputs[feed.port];
    return artifact === undefined ? [] : [[port, artifact]];
  });
  const working = steps.get(tally.working.at(-1) ?? '');
  const { ms, error } = tally;
  const from = status === 'cached' ? tally.from : undefined;
  return {
    ...{ node, type: '', status, feeds, outputs: Object.fromEntries(outputs) },
    ...{ ms, logs: [], metrics: emptyList, texts: working?.texts ?? noTexts },
    // More steps may have come, and a step may start to count another unit: the share never goes back.
    ...(progress === undefined
      ? {}
      : { ...progress, share: Math.max(progress.share ?? 0, before?.share ?? 0) }),
    ...(error === undefined ? {} : { error }),
    ...(from === undefined ? {} : { from }),
  };
}

/** The texts of a step that has written none. */
export const noTexts: GrowingMap<string> = GrowingMap.of();

interface StandInState {
  readonly standIns: StandIns;
  readonly steps: Steps;
  /** By node of the file. */
  readonly shown: GrowingMap<StepView>;
}

/** The stand-ins that the given steps change; all others stay the same objects. */
export function standInViews(
  { standIns, steps, shown }: StandInState,
  ids: Iterable<string>,
): GrowingMap<StepView> {
  let views = shown;
  for (const id of ids) {
    const node = standIns.nodes.get(id);
    if (node === undefined) continue;
    views = views.with(id, standInView(id, node, { steps, before: views.get(id) }));
  }
  return views;
}
