import { z } from 'zod';
import { plural } from '@graft/graph';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { freezeNamed } from '../frozen-output.ts';
import { open } from '../opened-workspace.ts';
import { print } from '../terminal.ts';
import { locateGraph } from '../workspace-location.ts';

const optionsSchema = z.object({ workspace: z.string().optional() });

/**
 * `graft freeze FILE NODE[.PORT]`: writes the last output of a node to a file; the graph then reads that file instead.
 */
export async function freeze(file: string, output: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const located = await locateGraph(file, options.workspace);
  await using workspace = await open(located.root);
  const frozen = await freezeNamed(workspace, { file, path: located.path, output });
  print(
    `Wrote ${plural(frozen.rows, 'row')} of ${frozen.type} to ${frozen.file}, which "${frozen.id}" now reads. Edit the file with any tool, or with graft edit ${file} ${frozen.id}.`,
  );
  return exitCode.succeeded;
}
