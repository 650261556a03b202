import {
  GraphError,
  parseFeed,
  type ArtifactRef,
  type PortAliases,
  type StepSummary,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import type { OpenedGraph } from './opened-workspace.ts';

/** Writes a graph's outputs to standard output as they are stored: rows as JSON Lines. */
export async function printOutputs(
  workspace: Workspace,
  run: {
    /** Names of the outputs. */
    readonly outputs: readonly string[];
    readonly opened: OpenedGraph;
    readonly steps: readonly StepSummary[];
    readonly aliases: PortAliases | undefined;
  },
): Promise<void> {
  const { steps, aliases, opened } = run;
  const { outputs } = await workspace.plans.interfaceOf(opened.graph, opened.file);
  const nodes = run.outputs.flatMap((name) => outputs.get(name)?.node ?? []);
  const stepOf = new Map(steps.map((step) => [step.node, step]));
  for (const node of nodes) {
    for (const feed of aliases?.[`${node}.value`] ?? []) {
      const given = parseFeed(feed);
      const artifact = stepOf.get(given.node)?.outputs[given.port];
      if (artifact !== undefined) await printArtifact(workspace, node, artifact);
    }
  }
}

async function printArtifact(
  workspace: Workspace,
  node: string,
  artifact: ArtifactRef,
): Promise<void> {
  if (artifact.mediaType.endsWith('+tree')) {
    throw new GraphError('bad-input', 'This output is a folder. Write it with --out DIR.', {
      location: { node },
    });
  }
  for await (const bytes of workspace.artifacts.get(artifact.digest)) {
    if (!process.stdout.write(bytes)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
}
