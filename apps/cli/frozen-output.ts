import {
  freezeOutput,
  GraphError,
  parseGraph,
  rowsReader,
  serializeGraph,
  suggestion,
  type Graph,
  type ReadRows,
  type StepSummary,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';

/** An output that a person named: `NODE`, or `NODE.PORT`. */
export interface NamedOutput {
  /** The graph file as the person named it, for messages. */
  readonly file: string;
  /** Below the workspace. */
  readonly path: string;
  readonly output: string;
}

/** Rows that were frozen, and the node that reads them. */
export interface Frozen extends ReadRows {
  readonly id: string;
  readonly rows: number;
}

/** Writes what a node of a file last gave as a file, and saves the graph with a node that reads it in its place. */
export async function freezeNamed(
  workspace: Workspace,
  { file, path, output }: NamedOutput,
): Promise<Frozen> {
  // The very text of the revision that the save is based on.
  const { text, revision } = await workspace.graphs.read(path);
  const graph = parseGraph(text, file);
  const steps = await workspace.journal.lastSteps(path);
  const { node, port, artifact } = findOutput(steps, output, file);
  requireOwn(graph, node, file);
  const { registry } = workspace;
  const reader = registry.get(rowsReader);
  if (reader === undefined)
    throw new GraphError('internal', `There is no node type ${rowsReader}.`);
  const written = await workspace.frozen.write({ graph: path, node, port, artifact });
  const frozen = freezeOutput(graph, { node, port }, { registry, reader, ...written });
  await workspace.graphs.save(path, serializeGraph(frozen.graph), revision);
  const { version, ...rows } = written;
  return { id: frozen.id, ...rows, written: version };
}
/** Before anything is written: what stands in a graph that this one uses is frozen there. */
function requireOwn(graph: Graph, node: string, file: string): void {
  if (Object.hasOwn(graph.nodes, node)) return;
  const within = node.includes('/')
    ? 'is in a subgraph. Freeze an output of a node in the file itself'
    : 'is no longer in the graph';
  throw new GraphError('unknown-node', `"${node}" ${within}.`, { location: { file, node } });
}

function findOutput(steps: ReadonlyMap<string, StepSummary>, output: string, file: string) {
  const dot = output.lastIndexOf('.');
  const named = steps.get(output);
  const node = named !== undefined || dot === -1 ? output : output.slice(0, dot);
  const step = named ?? steps.get(node);
  if (step === undefined || Object.keys(step.outputs).length === 0) {
    throw new GraphError(
      'unknown-node',
      `"${node}" has no result in this graph yet.${suggestion(node, [...steps.keys()])} Run the graph first.`,
      { location: { file, node } },
    );
  }
  const ports = Object.keys(step.outputs);
  const port = named === undefined ? output.slice(dot + 1) : ports[0];
  const artifact = ports.includes(port ?? '') ? step.outputs[port ?? ''] : undefined;
  if (port === undefined || artifact === undefined || (named !== undefined && ports.length > 1)) {
    throw new GraphError(
      'unknown-port',
      `"${node}" has several outputs. Choose one: ${ports.map((each) => `${node}.${each}`).join(', ')}.`,
      { location: { file, node } },
    );
  }
  return { node, port, artifact };
}
