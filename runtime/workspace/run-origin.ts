import { createHash } from 'node:crypto';
import {
  GraphError,
  serializeGraph,
  type ArtifactStore,
  type Digest,
  type Graph,
  type RunOrigin,
} from '@graft/graph';

/**
 * Keeps the graph of a run, and what was set beside it, as artifacts. On a full disk the run goes on without: what it
 * computes matters more.
 */
export async function keepOrigin(
  artifacts: ArtifactStore,
  graph: Graph,
  settings: Readonly<Record<string, unknown>>,
): Promise<Pick<RunOrigin, 'graph' | 'settings'>> {
  try {
    const text = await keepText(artifacts, serializeGraph(graph));
    if (Object.keys(settings).length === 0) return { graph: text };
    return { graph: text, settings: await keepText(artifacts, JSON.stringify(settings)) };
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
