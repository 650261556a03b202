import { diffGraphs, formatDiff, printable } from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { readGraphFile } from '../graph-source.ts';
import { print, printJson } from '../output.ts';

const optionsSchema = z.object({ json: z.boolean().optional() });

/** `graft diff A B`: succeeds whether or not they differ. */
export async function diff(before: string, after: string, rawOptions: unknown): Promise<ExitCode> {
  const { json = false } = optionsSchema.parse(rawOptions);
  const differences = diffGraphs(await readGraphFile(before), await readGraphFile(after));
  if (json) printJson(differences);
  else {
    const lines = formatDiff(differences);
    print(lines.length === 0 ? 'no difference' : lines.map(printable).join('\n'));
  }
  return exitCode.succeeded;
}
