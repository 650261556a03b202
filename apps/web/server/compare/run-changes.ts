import {
  diffGraphs,
  paramFields,
  settingText,
  type Graph,
  type GraphDiff,
  type Registry,
  type RunRecord,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { readRanGraph } from '../report/ran-graphs.ts';
import { ranTitles } from './ran-node.ts';

/** Changes that are said of a run at most, and characters of a value in them. */
const mostChanges = 20;
const longestValue = 24;

/** Nodes of the graphs that are read at most for a list of runs; later runs get no sentences. */
const mostNodes = 50_000;

type Source = Pick<Workspace, 'artifacts' | 'registry'>;

/**
 * For each run, newest first: how its graph differs from that of the saved file's run before it, in short sentences.
 * An empty list: the graphs are the same. Absent: unknown, or there is no run before.
 */
export async function runChanges(
  { artifacts, registry }: Source,
  runs: readonly RunRecord[],
  /** Only of these; absent: of all. */
  asked?: ReadonlySet<string>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const read = new Map<string, Promise<Graph | undefined>>();
  let nodes = 0;
  const graphOf = async ({ graph, file }: RunRecord): Promise<Graph | undefined> => {
    if (graph === undefined) return undefined;
    const known = read.get(graph);
    if (known !== undefined) return known;
    if (nodes > mostNodes) return undefined;
    // Another version of Graft may have written it.
    const found = readRanGraph({ artifacts }, graph, file).catch(() => undefined);
    read.set(graph, found);
    nodes += Object.keys((await found)?.nodes ?? {}).length;
    return found;
  };
  const changes: Record<string, readonly string[]> = {};
  for (const [at, run] of runs.entries()) {
    if (asked?.has(run.id) === false) continue;
    // A run with its own inputs or parameters ran another graph than the file's.
    const before = runs
      .slice(at + 1)
      .find(({ scope, file }) => scope === undefined && file === run.file);
    if (before?.graph === undefined || run.graph === undefined) continue;
    if (before.graph === run.graph) {
      changes[run.id] = [];
      continue;
    }
    const [graphBefore, graphNow] = [await graphOf(before), await graphOf(run)];
    if (graphBefore !== undefined && graphNow !== undefined)
      changes[run.id] = changesOf(graphBefore, graphNow, registry);
  }
  return changes;
}

/** What a graph computes differently from the one before, one sentence each; changes of looks do not count. */
export function changesOf(before: Graph, after: Graph, registry: Registry): readonly string[] {
  const diff = diffGraphs(before, after);
  const within = diff.graphs.changed.flatMap(({ id, diff: inner }) => {
    const nodesOf = ({ graphs }: Graph): Nodes => graphs?.[id]?.nodes ?? {};
    const sides = { before: nodesOf(before), after: nodesOf(after), registry };
    return sentencesOf(inner, sides).map((line) => `in ${id}: ${line}`);
  });
  const files = diff.lock.flatMap(({ name, before: old, after: now }) =>
    old === undefined || now === undefined ? [] : `${name} changed`,
  );
  const own = sentencesOf(diff, { before: before.nodes, after: after.nodes, registry });
  return [...own, ...within, ...files].slice(0, mostChanges);
}

type Nodes = Graph['nodes'];
type Diff = Pick<GraphDiff, 'added' | 'removed' | 'retyped' | 'bypassed' | 'params' | 'edges'>;
interface Sides {
  readonly before: Nodes;
  readonly after: Nodes;
  readonly registry: Registry;
}

function sentencesOf(diff: Diff, { before, after, registry }: Sides): string[] {
  const [oldTitles, newTitles] = [ranTitles(before, registry), ranTitles(after, registry)];
  const title = (id: string): string => newTitles.get(id) ?? oldTitles.get(id) ?? id;
  const added = diff.added.map(({ id }) => `${title(id)} added`);
  const removed = diff.removed.map(({ id }) => `${title(id)} removed`);
  const retyped = diff.retyped.map(({ id }) => `${title(id)} is another node`);
  const other = new Set(diff.retyped.map(({ id }) => id));
  const bypassed = diff.bypassed.map(
    ({ id, after: off }) => `${title(id)} switched ${off ? 'off' : 'on'}`,
  );
  const params = diff.params.flatMap(({ node, param, before: from, after: to }) => {
    if (other.has(node)) return [];
    const definition = registry.get(after[node]?.type ?? '');
    const field = definition && paramFields(definition).find(({ name }) => name === param);
    const [old, now] = [from ?? field?.default, to ?? field?.default].map(valueText);
    if (old === now) return [];
    return `${title(node)}: ${field?.title.toLowerCase() ?? param} ${old ?? ''} → ${now ?? ''}`;
  });
  // A node that was added or removed already implies its connections.
  const ids = new Set([...diff.added, ...diff.removed].map(({ id }) => id));
  const edges = [...diff.edges.added, ...diff.edges.removed].filter(
    (edge) => !edge.split(' -> ').some((end) => ids.has(end.slice(0, end.lastIndexOf('.')))),
  );
  const connected =
    edges.length === 0
      ? []
      : [
          edges.length === 1
            ? 'one connection changed'
            : `${String(edges.length)} connections changed`,
        ];
  return [...params, ...added, ...removed, ...retyped, ...bypassed, ...connected];
}

function valueText(value: unknown): string {
  const text = settingText(value).replaceAll(/\s+/g, ' ');
  if (text === '') return 'empty';
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1).trimEnd()}…`;
}
