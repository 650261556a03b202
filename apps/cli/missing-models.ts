import { meantOffer } from '@graft/backends/catalogue';
import { parseHubReference } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { catalogue, pull } from './commands/models.ts';
import type { OpenedGraph } from './opened-workspace.ts';
import { formatBytes } from './quantity.ts';
import { painter } from './terminal.ts';

/** Milliseconds that a run which cannot begin waits for the hub to tell a size. */
const sizePatience = 3_000;

/** The models of a hub that a graph names and that were never downloaded here. */
async function missingModels(workspace: Workspace, opened: OpenedGraph): Promise<string[]> {
  const missing = await workspace.plans.missingModels(opened.graph, opened.file);
  return missing.filter((id) => parseHubReference(id) !== undefined);
}

/** Downloads what a graph lacks, one model after the other, before it runs. */
export async function pullMissing(workspace: Workspace, opened: OpenedGraph): Promise<void> {
  for (const id of await missingModels(workspace, opened)) await pull(id, { consent: false });
}

/** Says of a graph that cannot run for want of models how large these are, and how to run it with them. */
export async function tellMissing(workspace: Workspace, opened: OpenedGraph): Promise<void> {
  const missing = await missingModels(workspace, opened);
  if (missing.length === 0) return;
  const sizes = await Promise.all(missing.map((id) => sizeOf(id, opened)));
  const named = missing.map((id, at) => `${id}${sizes[at] ?? ''}`).join(', ');
  const note = painter(process.stderr)('yellow', 'note');
  const what = missing.length === 1 ? 'it' : 'them';
  process.stderr.write(
    `${note} Not on this computer: ${named}. To download ${what} and run, add --pull.\n`,
  );
}

/** ` (98.4 MB)`, by the graph's lock or by the hub; empty where neither tells. */
async function sizeOf(id: string, { graph }: OpenedGraph): Promise<string> {
  const size = graph.lock.models[id]?.size ?? (await sizeOnHub(id));
  return size === undefined ? '' : ` (${formatBytes(size)})`;
}

async function sizeOnHub(id: string): Promise<number | undefined> {
  const reference = parseHubReference(id);
  if (reference === undefined) return undefined;
  try {
    const signal = AbortSignal.timeout(sizePatience);
    const repo = await catalogue().hub.repo(reference.repo, reference.revision, signal);
    return meantOffer(repo, reference)?.size;
  } catch {
    // The problem of the run stands without it.
    return undefined;
  }
}
