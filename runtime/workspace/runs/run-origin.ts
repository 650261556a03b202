import { createHash } from 'node:crypto';
import {
  GraphError,
  serializeGraph,
  type ArtifactStore,
  type Digest,
  type Graph,
  type GraphReferences,
  type RunOrigin,
} from '@graft/graph';

/** What was set beside the graph of a run, as JSON. */
export type RunSettings = Readonly<Record<string, unknown>>;

interface Ran {
  readonly graph: Graph;
  /** The graph files that it used. */
  readonly references: GraphReferences;
  readonly set: RunSettings;
}

/**
 * Keeps the graph of a run, the graphs that it used and what was set beside it, as artifacts. On a full disk the run goes
 * on without: what it computes matters more.
 */
export async function keepOrigin(
  artifacts: ArtifactStore,
  { graph, references, set }: Ran,
): Promise<Pick<RunOrigin, 'graph' | 'graphs' | 'settings'>> {
  try {
    const text = await keepText(artifacts, serializeGraph(graph));
    const graphs: [string, Digest][] = [];
    for (const [path, { graph: used }] of references) {
      if (used !== undefined) graphs.push([path, await keepText(artifacts, serializeGraph(used))]);
    }
    return {
      graph: text,
      ...(graphs.length === 0 ? {} : { graphs: Object.fromEntries(graphs) }),
      ...(Object.keys(set).length === 0
        ? {}
        : { settings: await keepText(artifacts, JSON.stringify(set)) }),
    };
  } catch (error) {
    if (GraphError.from(error).code === 'no-space') return {};
    throw error;
  }
}

async function keepText(artifacts: ArtifactStore, text: string): Promise<Digest> {
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (!(await artifacts.has(digest))) await artifacts.put([bytes]);
  return digest;
}
