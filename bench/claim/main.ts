import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseGraph, type StepSummary } from '@graft/graph';
import { openWorkspace } from '@graft/workspace';
import {
  type Asked,
  type Claim,
  type ClaimTable,
  readClaim,
  readClaims,
  readItems,
  type RunAnswers,
  type RunItems,
} from './claim-file.ts';
import { claimDigest, tableOfItems } from './claim-tables.ts';
import { type Evidence, outcome } from './expectations.ts';
import { claimBlock, expectationText, withBlock } from './readme-block.ts';
import { codeOf, recordExperiment } from './record-experiment.ts';
import { registerClaim, registrationProblem } from './registration.ts';
import { serveSite } from './served-site.ts';
import { StepCosts } from './step-costs.ts';
import { waysBlock } from './ways-block.ts';

/**
 * Measures what an example claims: runs its experiments in the workspace `examples/`, where a run that was interrupted
 * goes on, and writes `items.jsonl`, `answers.jsonl`, what it found into `claim.json`, the tables into its README, and
 * the summary of all examples into theirs. Needs `npm run build`. Arguments: the example's folder, and one of
 * - `--register`: only writes into `claim.json` the date and the digest of what is claimed, before it is measured;
 * - `--recorded`: computes the tables anew from `items.jsonl` without running anything.
 */
const project = path.resolve(import.meta.dirname, '../..');
const root = path.join(project, 'examples');
const fromRecord = process.argv.includes('--recorded');
const [given] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (given === undefined)
  throw new Error('Name the folder of an example: npm run -w bench claim -- rag-vs-lora');
const folder = path.resolve(root, path.basename(given));
const claim = await readClaim(folder);
const file = path.relative(root, path.join(folder, claim.graph)).replaceAll('\\', '/');
const graph = parseGraph(await readFile(path.join(root, file), 'utf8'), file);

/** UTC, to the second. */
const now = `${new Date().toISOString().slice(0, 19)}Z`;

if (process.argv.includes('--register')) {
  await writeClaim(registerClaim(claim, graph, now));
  console.log('Registered. Commit claim.json before you measure.');
  process.exit();
}
const problem = fromRecord ? undefined : registrationProblem(claim, graph);
if (problem !== undefined) throw new Error(problem);

const { tables, items, answers, costs, measured } = fromRecord ? await recorded() : await run();
const evidence: Evidence = { tables, items };
const jsonl = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const outcomes = claim.expect.map((one) => ({ one, ...outcome(one, evidence) }));
const holds = outcomes.every((one) => one.holds);
const filled: Claim = { ...claim, costs, holds, measured, tables };
const readme = path.join(folder, 'README.md');
const text = withBlock(await readFile(readme, 'utf8'), claimBlock(filled, evidence));
await writeFile(path.join(folder, 'items.jsonl'), jsonl(items));
if (answers.length > 0) await writeFile(path.join(folder, 'answers.jsonl'), jsonl(answers));
await writeClaim(filled);
await writeFile(readme, text);
const summary = path.join(root, 'README.md');
const ways = waysBlock(await readClaims(root));
await writeFile(summary, withBlock(await readFile(summary, 'utf8'), ways, 'ways'));
for (const { one, holds: held, figures } of outcomes) {
  console.log(`${held ? 'yes' : 'NO '}  ${expectationText(one)}: ${figures}`);
}
console.log(holds ? 'It holds.' : 'It does not hold: say in "because" why.');

interface Found {
  readonly tables: Readonly<Record<string, ClaimTable>>;
  readonly items: readonly RunItems[];
  /** None where nothing was run. */
  readonly answers: readonly (Asked | RunAnswers)[];
  readonly costs: Claim['costs'];
  readonly measured: Claim['measured'];
}

async function writeClaim(written: Claim): Promise<void> {
  await writeFile(path.join(folder, 'claim.json'), `${JSON.stringify(written, null, 2)}\n`);
}

async function run(): Promise<Found> {
  await using _site = await serveSite(folder, claim);
  await using workspace = await openWorkspace({
    ...{ root, workerEntry: path.join(project, 'apps/cli/dist/worker.mjs') },
  });
  const tables: Record<string, ClaimTable> = {};
  const items: RunItems[] = [];
  const answers: (Asked | RunAnswers)[] = [];
  const steps: (readonly StepSummary[])[] = [];
  for (const name of Object.keys(graph.experiments ?? {})) {
    console.log(`${file}: ${name}`);
    const one = await recordExperiment(workspace, { graph, file }, name);
    tables[name] = tableOfItems(one.table, one.items);
    items.push(...one.items);
    answers.push(...one.answers);
    steps.push(...one.steps);
  }
  const stepCosts = await StepCosts.of(workspace);
  const costs: Claim['costs'] = {};
  for (const [name, cost] of Object.entries(claim.costs)) {
    costs[name] = await stepCosts.of(steps, cost);
  }
  const code = codeOf(steps);
  const measured = {
    ...{ date: now, seconds: stepCosts.seconds(steps), cores: os.availableParallelism() },
    ...{ cpu: os.cpus()[0]?.model ?? 'unknown', code, digest: claimDigest(graph, code) },
  };
  return { tables, items, answers, costs, measured };
}

/** What was recorded, with tables as they are computed now; it stays a record of the graph that it was measured on. */
async function recorded(): Promise<Found> {
  const items = await readItems(folder);
  const tables = Object.entries(claim.tables ?? {}).map(([name, { table }]) => {
    const own = items.filter(({ experiment }) => experiment === name);
    return [name, tableOfItems(table, own)] as const;
  });
  return {
    tables: Object.fromEntries(tables),
    items,
    answers: [],
    costs: claim.costs,
    measured: claim.measured,
  };
}
