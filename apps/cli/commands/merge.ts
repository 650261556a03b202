import {
  emptyGraph,
  formatProblem,
  mergeGraphs,
  printable,
  serializeGraph,
  type Graph,
} from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { writeOutFile } from '@graft/workspace/write-out-file';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { readGraphFile, readText } from '../graph-source.ts';
import { painter } from '../terminal.ts';

/**
 * `graft merge BASE OURS THEIRS`, as git calls a merge driver: the result goes to OURS; conflicts, in which
 * our side stays, are printed and make it fail, so that git marks the file.
 */
export async function merge(
  ours: string,
  sides: { base: string; theirs: string },
): Promise<ExitCode> {
  const { graph, conflicts } = mergeGraphs(
    {
      base: await readBase(sides.base),
      ours: await readGraphFile(ours),
      theirs: await readGraphFile(sides.theirs),
    },
    registry,
  );
  await writeOutFile(ours, serializeGraph(graph));
  const paint = painter(process.stderr);
  for (const conflict of conflicts) {
    const line = formatProblem({ ...conflict, location: { file: ours, ...conflict.location } });
    process.stderr.write(`${paint('yellow', 'conflict')} ${printable(line)}\n`);
  }
  if (conflicts.length === 0) return exitCode.succeeded;
  process.stderr.write(`${ours} keeps our side of these. Check each, then run git add.\n`);
  return exitCode.failed;
}

/** Git gives an empty file where both sides added theirs. */
async function readBase(file: string): Promise<Graph> {
  return (await readText(file)) === '' ? emptyGraph : readGraphFile(file);
}
