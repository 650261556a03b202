import {
  freezeOutput,
  rowsReader,
  GraphError,
  parseGraph,
  serializeGraph,
  suggestion,
  type Graph,
  type StepSummary,
} from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open } from '../opened-workspace.ts';
import { print } from '../output.ts';
import { locateGraph } from '../workspace-location.ts';

const optionsSchema = z.object({ workspace: z.string().optional() });

/** `graft freeze FILE NODE[.PORT]`: what the node last gave becomes a file, which is read in its place. */
export async function freeze(file: string, output: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const located = await locateGraph(file, options.workspace);
  await using workspace = await open(located.root);
  // The very text of the revision that the save is based on.
  const { text, revision } = await workspace.readGraph(located.path);
  const graph = parseGraph(text, file);
  const steps = await workspace.runs.lastSteps(located.path);
  const { node, port, artifact } = findOutput(steps, output, file);
  requireOwn(graph, node, file);
  const { registry } = workspace;
  const reader = registry.get(rowsReader);
  if (reader === undefined)
    throw new GraphError('internal', `There is no node type ${rowsReader}.`);
  const written = await workspace.writeRows({ graph: located.path, node, port, artifact });
  const frozen = freezeOutput(graph, { node, port }, { registry, reader, ...written });
  await workspace.saveGraph(located.path, serializeGraph(frozen.graph), revision);
  print(
    `${String(written.rows)} rows of ${written.type} are in ${written.file}; "${frozen.id}" reads them. Edit the file as you like.`,
  );
  return exitCode.succeeded;
}

/** Before anything is written: what stands in a graph that this one uses is frozen there. */
function requireOwn(graph: Graph, node: string, file: string): void {
  if (Object.hasOwn(graph.nodes, node)) return;
  const within = node.includes('/')
    ? 'stands within a graph that this one uses; freeze an output of a node of the file itself'
    : 'is not in the graph any more';
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
      `"${node}" has given nothing in this graph yet.${suggestion(node, [...steps.keys()])} Run the graph first.`,
      { location: { file, node } },
    );
  }
  const ports = Object.keys(step.outputs);
  const port = named === undefined ? output.slice(dot + 1) : ports[0];
  const artifact = ports.includes(port ?? '') ? step.outputs[port ?? ''] : undefined;
  if (port === undefined || artifact === undefined || (named !== undefined && ports.length > 1)) {
    throw new GraphError(
      'unknown-port',
      `Say which of its outputs: ${ports.map((each) => `${node}.${each}`).join(', ')}.`,
      { location: { file, node } },
    );
  }
  return { node, port, artifact };
}
