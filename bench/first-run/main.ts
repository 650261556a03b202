import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseGraph } from '@graft/graph';
import { exampleListing, openWorkspace, type ListedExample } from '@graft/workspace';
import { readClaims } from '../claim/claim-file.ts';
import { serveSite } from '../claim/served-site.ts';
import { StepCosts } from '../claim/step-costs.ts';
import { recordedFirstRuns } from './recorded-time.ts';

/**
 * Measures how long the first run of an example takes: copies it into an empty workspace, runs it as it is saved, and
 * writes the seconds of all steps, one after another, into `examples.json`. The models have to be there already.
 * Needs `npm run build`. Arguments:
 * - the graph file within `examples/`, and the folder of a workspace in which an interrupted measurement continues;
 * - or `--recorded`: runs nothing, and writes what the claims recorded where no first run was measured.
 */
const project = path.resolve(import.meta.dirname, '../..');
const examplesFolder = path.join(project, 'examples');
const [file, kept] = process.argv.slice(2);
if (file === '--recorded') await write(await recordedFirstRuns(examplesFolder));
else await measure(file, kept);

/** Writes first runs by the path of their example. */
async function write(found: Readonly<Record<string, ListedExample['firstRun']>>): Promise<void> {
  const updated = Object.entries(await exampleListing(examplesFolder)).map(([name, example]) => {
    const firstRun = found[name];
    return [name, firstRun === undefined ? example : { ...example, firstRun }] as const;
  });
  const text = JSON.stringify(Object.fromEntries(updated), null, 2);
  await writeFile(path.join(examplesFolder, 'examples.json'), `${text}\n`);
}

async function measure(name: string | undefined, continued: string | undefined): Promise<void> {
  if (name === undefined || !Object.hasOwn(await exampleListing(examplesFolder), name)) {
    throw new Error(
      'Name an example of examples.json: npm run -w bench first-run -- rag-quickstart.graft.json',
    );
  }
  const root = continued ?? (await mkdtemp(path.join(os.tmpdir(), 'graft-first-run-')));
  const seconds = await runOnce(name, root);
  const [cores, date] = [os.availableParallelism(), new Date().toISOString().slice(0, 10)];
  await write({ [name]: { seconds, cores, date } });
  if (continued === undefined) await rm(root, { recursive: true, force: true });
  console.log(`${name}: ${seconds} s on ${cores} cores`);
}

async function runOnce(name: string, root: string): Promise<number> {
  const folder = path.dirname(path.join(examplesFolder, name));
  const claim = new Map(await readClaims(examplesFolder)).get(path.basename(folder)) ?? {};
  await using _site = await serveSite(folder, claim);
  await using workspace = await openWorkspace({
    ...{ root, examplesFolder, workerEntry: path.join(project, 'apps/cli/dist/worker.mjs') },
  });
  await workspace.examples.copy(name);
  const graph = parseGraph(await readFile(path.join(root, name), 'utf8'), name);
  const { runId, finished } = await workspace.runs.start(graph, name);
  const { status, error } = await finished;
  if (status !== 'succeeded') throw new Error(`${name} ${status}: ${error?.message ?? ''}`);
  const steps = await workspace.journal.steps(runId);
  return (await StepCosts.of(workspace)).seconds([steps]);
}
