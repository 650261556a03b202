import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseGraph } from '@graft/graph';
import { exampleListing, openWorkspace, type ListedExample } from '@graft/workspace';
import { type Claim, readClaims } from '../claim/claim-file.ts';

/**
 * Seconds that a first run takes at least, by the costs that a claim recorded: those whose nodes all are steps of it, the
 * dearest first, none of whose steps is counted already.
 */
export function recordedSeconds(costs: Claim['costs'], steps: ReadonlySet<string>): number {
  const counted = new Set<string>();
  let sum = 0;
  const dearest = Object.values(costs).toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));
  for (const { nodes, seconds = 0 } of dearest) {
    if (nodes.some((node) => !steps.has(node) || counted.has(node))) continue;
    for (const node of nodes) counted.add(node);
    sum += seconds;
  }
  return Math.round(sum);
}

/** The first runs of examples whose claim recorded the time of some steps, and of which no whole first run was measured. */
export async function recordedFirstRuns(
  examplesFolder: string,
): Promise<Record<string, NonNullable<ListedExample['firstRun']>>> {
  const listed = await exampleListing(examplesFolder);
  const stateFolder = await mkdtemp(path.join(os.tmpdir(), 'graft-recorded-'));
  try {
    await using workspace = await openWorkspace({ root: examplesFolder, stateFolder });
    const found: Record<string, NonNullable<ListedExample['firstRun']>> = {};
    for (const [folder, { graph, costs, measured }] of await readClaims(examplesFolder)) {
      const file = `${folder}/${graph}`;
      const { firstRun } = listed[file] ?? {};
      if (measured === undefined || (firstRun !== undefined && firstRun.isLeast === undefined)) {
        continue;
      }
      const text = await readFile(path.join(examplesFolder, file), 'utf8');
      const { nodes } = await workspace.runs.explain(parseGraph(text, file), file);
      const seconds = recordedSeconds(costs, new Set(nodes.map(({ node }) => node)));
      const { cores, date } = measured;
      if (seconds > 0) found[file] = { seconds, cores, date: date.slice(0, 10), isLeast: true };
    }
    return found;
  } finally {
    await rm(stateFolder, { recursive: true, force: true });
  }
}
