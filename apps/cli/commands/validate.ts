import { validateGraph, GraphError, type Problem } from '@graft/graph';
import type { Drift } from '@graft/workspace';
import { env } from '../env.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { readGraphFile } from '../graph-source.ts';
import { stateFolderOf, usedGraphs } from '../opened-workspace.ts';
import { print } from '../terminal.ts';
import { printDrift, printProblems } from '../problem-report.ts';
import { locateGraph } from '../workspace-location.ts';
import { z } from 'zod';

const optionsSchema = z.object({ workspace: z.string().optional() });

/**
 * `graft validate FILE…`: prints the problems of each file, and changes in the graphs it uses. It runs and writes
 * nothing.
 */
export async function validate(files: readonly string[], rawOptions: unknown): Promise<ExitCode> {
  const { workspace } = optionsSchema.parse(rawOptions);
  const [{ registry }, { createCatalogue, defaultModelsFolder }] = await Promise.all([
    import('@graft/nodes/definitions'),
    import('@graft/backends/catalogue'),
  ]);
  const models = createCatalogue({ modelsFolder: defaultModelsFolder(env.all) });
  // Other tools may have new models.
  await models.list();
  let sound = true;
  for (const file of files) {
    let drift: readonly Drift[] = [];
    const problems = await problemsOf(file, async () => {
      const graph = await readGraphFile(file);
      const { root, path } = await locateGraph(file, workspace);
      const graphs = await usedGraphs(graph, root);
      const { changedGraphs } = await import('@graft/workspace');
      drift = await changedGraphs(graph, { graphs, file: path, stateFolder: stateFolderOf(root) });
      return validateGraph(graph, registry, { models: models.lookup, file: path, graphs });
    });
    if (problems.length === 0) print(`${file}: sound`);
    else sound = false;
    printDrift(drift, file);
    printProblems(problems);
  }
  return sound ? exitCode.succeeded : exitCode.badInput;
}

async function problemsOf(
  file: string,
  check: () => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
  try {
    return await check();
  } catch (error) {
    return GraphError.from(error, { file }).problems;
  }
}
