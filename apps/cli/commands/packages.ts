import type { ReceivedPackage } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open } from '../opened-workspace.ts';
import { print, table } from '../terminal.ts';
import { formatBytes, formatDuration } from '../quantity.ts';
import { locateWorkspace } from '../workspace-location.ts';

const optionsSchema = z.object({
  json: z.boolean().optional(),
  workspace: z.string().optional(),
});

/** `graft packages ls`. */
export async function listPackages(rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(options.workspace));
  const packages = await workspace.packages.list();
  if (options.json === true) print(JSON.stringify(packages));
  else if (packages.length === 0) print('No packages are unpacked here.');
  else {
    for (const each of packages) {
      const when = new Date(each.receivedAt).toISOString().slice(0, 16).replace('T', ' ');
      print(`${each.id}  ${each.graph}  ${when}  ${use(each)}`);
    }
  }
  return exitCode.succeeded;
}

/** Whether its results are trusted or held back. */
function use({ trusted, held }: ReceivedPackage): string {
  if (trusted) return 'trusted';
  return held === true
    ? 'not used until you trust it: its graph existed before'
    : 'used for its own graph';
}

/** `graft packages show ID`: the results that it brought. */
export async function showPackage(id: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(options.workspace));
  const results = await workspace.packages.results(id);
  if (options.json === true) print(JSON.stringify(results));
  else if (results.length === 0) print('The package brought no results.');
  else {
    const rows = results.map(({ node, nodeType, ms, outputs }) => [
      node ?? '',
      nodeType,
      formatDuration(ms),
      Object.entries(outputs)
        .map(([port, { summary, size }]) => `${port}: ${summary ?? formatBytes(size)}`)
        .join(', '),
    ]);
    print(table(rows));
  }
  return exitCode.succeeded;
}

/** `graft packages trust ID`. */
export async function trustPackage(id: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(options.workspace));
  const trusted = await workspace.packages.trust(id);
  print(`${trusted.id} is trusted: every graph uses its results.`);
  return exitCode.succeeded;
}

/** `graft packages rm ID`. */
export async function removePackage(id: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(options.workspace));
  await workspace.packages.remove(id);
  print('Forgot its results. Its files and its run stay.');
  return exitCode.succeeded;
}
