import { text } from 'node:stream/consumers';
import { parseGraph, type Graph, type GraphBody, type RunRecord } from '@graft/graph';
import type { Workspace } from '@graft/workspace';

/** A graph with the file that it stands in, where its subgraphs are. */
export interface RanBody {
  readonly body: GraphBody;
  readonly file: Graph;
}

/** The graphs that a run ran, as they were. */
export interface RanGraphs {
  readonly root: RanBody;
  /** What a node of a graph uses: `#name` of its file, or the path of another. Undefined where that is not kept. */
  used(use: string, from: RanBody): RanBody | undefined;
}

type Source = Pick<Workspace, 'artifacts'>;

/** A graph that a run ran, by its digest; undefined where it is not kept. `file` is named where it cannot be read. */
export async function readRanGraph(
  { artifacts }: Source,
  digest: string | undefined,
  file: string,
): Promise<Graph | undefined> {
  if (digest === undefined || !(await artifacts.has(digest))) return undefined;
  return parseGraph(await text(artifacts.get(digest)), file);
}

/** Undefined where the graph of the run is not kept: on a full disk none was, and what is in no cache any more is gone. */
export async function readRanGraphs(
  source: Source,
  run: Pick<RunRecord, 'file' | 'graph' | 'graphs'>,
): Promise<RanGraphs | undefined> {
  const graph = await readRanGraph(source, run.graph, run.file);
  if (graph === undefined) return undefined;
  const files = new Map<string, Graph>();
  for (const [path, digest] of Object.entries(run.graphs ?? {})) {
    const file = await readRanGraph(source, digest, path);
    if (file !== undefined) files.set(path, file);
  }
  return {
    root: { body: graph, file: graph },
    used(use, { file }) {
      if (use.startsWith('#')) {
        const name = use.slice(1);
        const body = Object.hasOwn(file.graphs ?? {}, name) ? file.graphs?.[name] : undefined;
        return body === undefined ? undefined : { body, file };
      }
      const other = files.get(use);
      return other === undefined ? undefined : { body: other, file: other };
    },
  };
}
