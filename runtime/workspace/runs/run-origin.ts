import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import {
  GraphError,
  parseGraph,
  serializeGraph,
  type ArtifactStore,
  type Digest,
  type Graph,
  type GraphReferences,
  type RunOrigin,
  type RunRecord,
} from '@graft/graph';
import type { GraphReader } from '../locks/used-graphs.ts';
import { keptOptionsSchema, type KeptOptions } from './run-handle.ts';

/** What was set beside the graph of a run, as JSON. */
export type RunSettings = Readonly<Record<string, unknown>>;

interface Ran {
  readonly graph: Graph;
  /** The graph files that it used. */
  readonly references: GraphReferences;
  readonly set: RunSettings;
  /** Absent: nobody continues it. */
  readonly options?: KeptOptions | undefined;
}

/**
 * Keeps the graph of a run, the graphs that it used, what was set beside it and its options, as artifacts. On a full disk
 * the run goes on without: what it computes matters more.
 */
export async function keepOrigin(
  artifacts: ArtifactStore,
  { graph, references, set, options }: Ran,
): Promise<Pick<RunOrigin, 'graph' | 'graphs' | 'settings' | 'options'>> {
  try {
    const kept = await keepText(artifacts, serializeGraph(graph));
    const graphs: [string, Digest][] = [];
    for (const [path, { graph: used }] of references) {
      if (used !== undefined) graphs.push([path, await keepText(artifacts, serializeGraph(used))]);
    }
    return {
      graph: kept,
      ...(graphs.length === 0 ? {} : { graphs: Object.fromEntries(graphs) }),
      ...(Object.keys(set).length === 0
        ? {}
        : { settings: await keepText(artifacts, JSON.stringify(set)) }),
      ...(options === undefined
        ? {}
        : { options: await keepText(artifacts, JSON.stringify(options)) }),
    };
  } catch (error) {
    if (GraphError.from(error).code === 'no-space') return {};
    throw error;
  }
}

interface KeptRun {
  readonly graph: Graph;
  /** The graph files that it used, as they were. */
  readonly files: GraphReader;
  readonly options: KeptOptions;
}

/** What was kept of a run that may be continued. Throws `missing-file` if some of it is gone. */
export async function readOrigin(
  artifacts: ArtifactStore,
  { id, file, graph, graphs = {}, options }: RunRecord,
): Promise<KeptRun> {
  const read = async (digest: Digest | undefined): Promise<string> => {
    if (digest !== undefined && (await artifacts.has(digest))) {
      return text(artifacts.get(digest));
    }
    throw new GraphError(
      'missing-file',
      `What was kept of the run ${id} is gone. Run again: Graft reuses the finished results.`,
      { location: { file } },
    );
  };
  return {
    graph: parseGraph(await read(graph), file),
    options: keptOptionsSchema.parse(JSON.parse(await read(options))),
    files: {
      read: async (path) => {
        const revision = graphs[path];
        return { path, revision: revision ?? '', text: await read(revision) };
      },
    },
  };
}

async function keepText(artifacts: ArtifactStore, text: string): Promise<Digest> {
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (!(await artifacts.has(digest))) await artifacts.put([bytes]);
  return digest;
}
