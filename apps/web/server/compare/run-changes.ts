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

/** Nodes of the graphs that are read for a list of runs at most: of what is beyond nothing is said. */
const mostNodes = 50_000;

type Source = Pick<Workspace, 'artifacts' | 'registry'>;

/**
 * For each of some runs of a file, newest first, what its graph has otherwise than that of the run of the saved file before it, a short sentence each:
 * none where the graph is the same. Absent: that is not known, or it is the first.
 */
export async function runChanges(
  { artifacts, registry }: Source,
  runs: readonly RunRecord[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const read = new Map<string, Promise<Graph | undefined>>();
  let nodes = 0;
  const graphOf = async ({ graph, file }: RunRecord): Promise<Graph | undefined> => {
    if (graph === undefined) return undefined;
    const known = read.get(graph);
    if (known !== undefined) return known;
    if (nodes > mostNodes) return undefined;
    // One that an older or newer Graft wrote may not be readable here.
    const found = readRanGraph({ artifacts }, graph, file).catch(() => undefined);
    read.set(graph, found);
    nodes += Object.keys((await found)?.nodes ?? {}).length;
    return found;
  };
  const changes: Record<string, readonly string[]> = {};
  for (const [at, run] of runs.entries()) {
    // One that was given something else for once had that in its graph, not what the file had.
    const before = runs.slice(at + 1).find(({ scope }) => scope === undefined);
    if (before?.graph === undefined || run.graph === undefined) continue;
    if (before.graph === run.graph) {
      changes[run.id] = [];
      continue;
    }
    const [was, is] = [await graphOf(before), await graphOf(run)];
    if (was !== undefined && is !== undefined) changes[run.id] = changesOf(was, is, registry);
  }
  return changes;
}

/** What a graph computes otherwise than the one before, as sentences; what only looks otherwise is none. */
export function changesOf(was: Graph, is: Graph, registry: Registry): readonly string[] {
  const diff = diffGraphs(was, is);
  const within = diff.graphs.changed.flatMap(({ id, diff: inner }) => {
    const [before, after] = [was.graphs?.[id]?.nodes ?? {}, is.graphs?.[id]?.nodes ?? {}];
    return said(inner, { was: before, is: after, registry }).map((line) => `in ${id}: ${line}`);
  });
  const files = diff.lock.flatMap(({ name, before, after }) =>
    before === undefined || after === undefined ? [] : `${name} changed`,
  );
  return [...said(diff, { was: was.nodes, is: is.nodes, registry }), ...within, ...files].slice(
    0,
    mostChanges,
  );
}

type Nodes = Graph['nodes'];
type Diff = Pick<GraphDiff, 'added' | 'removed' | 'retyped' | 'bypassed' | 'params' | 'edges'>;

function said(
  diff: Diff,
  { was, is, registry }: { readonly was: Nodes; readonly is: Nodes; readonly registry: Registry },
): string[] {
  const [before, after] = [ranTitles(was, registry), ranTitles(is, registry)];
  const title = (id: string): string => after.get(id) ?? before.get(id) ?? id;
  const added = diff.added.map(({ id }) => `${title(id)} added`);
  const removed = diff.removed.map(({ id }) => `${title(id)} removed`);
  const retyped = diff.retyped.map(({ id }) => `${title(id)} is another node`);
  const other = new Set(diff.retyped.map(({ id }) => id));
  const bypassed = diff.bypassed.map(
    ({ id, after: off }) => `${title(id)} switched ${off ? 'off' : 'on'}`,
  );
  const params = diff.params.flatMap(({ node, param, before: from, after: to }) => {
    if (other.has(node)) return [];
    const definition = registry.get(is[node]?.type ?? '');
    const field = definition && paramFields(definition).find(({ name }) => name === param);
    const [old, now] = [from ?? field?.default, to ?? field?.default].map(valueText);
    if (old === now) return [];
    return `${title(node)}: ${field?.title.toLowerCase() ?? param} ${old ?? ''} → ${now ?? ''}`;
  });
  // Those of a node that came or went say nothing more.
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
