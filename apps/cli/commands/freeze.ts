import { freezeOutput, GraphError, serializeGraph, suggestion } from '@graft/graph';
import type { StepSummary } from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open, openGraph } from '../opened-workspace.ts';
import { print } from '../output.ts';

const optionsSchema = z.object({ workspace: z.string().optional() });

/** The node type that reads frozen rows. */
const readerType = 'load-rows';

/** `graft freeze FILE NODE[.PORT]`: what the node last gave becomes a file, which is read in its place. */
export async function freeze(file: string, output: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const opened = await openGraph(file, { ...options, set: [] });
  await using workspace = await open(opened.root);
  const { revision } = await workspace.readGraph(opened.file);
  const steps = await workspace.runs.lastSteps(opened.file);
  const { node, port, artifact } = findOutput(steps, output, file);
  const { registry } = workspace;
  const reader = registry.get(readerType);
  if (reader === undefined)
    throw new GraphError('internal', `There is no node type ${readerType}.`);
  const written = await workspace.writeRows({ graph: opened.file, node, port, artifact });
  const { graph, id } = freezeOutput(
    opened.graph,
    { node, port },
    { registry, reader, ...written },
  );
  await workspace.saveGraph(opened.file, serializeGraph(graph), revision);
  print(
    `${String(written.rows)} rows of ${written.type} are in ${written.file}; "${id}" reads them. Edit the file as you like.`,
  );
  return exitCode.succeeded;
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
  const artifact = port === undefined ? undefined : step.outputs[port];
  if (port === undefined || artifact === undefined || (named !== undefined && ports.length > 1)) {
    throw new GraphError(
      'unknown-port',
      `Say which of its outputs: ${ports.map((each) => `${node}.${each}`).join(', ')}.`,
      { location: { file, node } },
    );
  }
  return { node, port, artifact };
}
