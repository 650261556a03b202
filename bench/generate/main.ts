import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import type { Graph } from '@graft/graph';
import { modelsFolder } from '../env.ts';
import { printTable, verdict } from '../report/table.ts';
import { bareLoop } from './bare-loop.ts';
import { graftRun, type GraftRun } from './graft-run.ts';
import { quickstartGraph, sharedPrefixGraph } from './graphs.ts';

/**
 * What the `generate` node takes to answer the quickstart's prompts, and prompts that begin with the same pages, beside a
 * bare node-llama-cpp loop over the published file with the same adapters, which writes as many tokens to each; and how
 * long the first answer takes after Run. Arguments: prompts of each, threads. Needs `npm run build` and the default models.
 */
const counts = {
  quickstart: Number(process.argv[2] ?? 33),
  shared: Number(process.argv[3] ?? 200),
};
const threads = Number(process.argv[4] ?? availableParallelism());
const bars = { quickstart: 2, shared: 3, firstAnswerMs: 10_000 };
const model = 'SmolLM2-135M-Instruct';

const catalogue = createCatalogue({ modelsFolder });
const folder = await catalogue.fetch(model);
const published = catalogue.entry(model).files.find((each) => each.path.endsWith('.gguf'));
if (published === undefined) throw new Error(`"${model}" has no GGUF file.`);
const file = path.join(folder, published.path);

// The model is here once somebody has used it: also what it is read as.
await graftRun({ graph: await quickstartGraph(1), threads }, () => Promise.resolve());
const quickstart = await beside(await quickstartGraph(counts.quickstart), { keepsPrefix: false });
const shared = await beside(await sharedPrefixGraph(counts.shared), { keepsPrefix: true });

console.log(`${model} on ${String(threads)} threads of the CPU; seconds with loading.\n`);
printTable(
  ['prompts', 'number', 'tokens read', 'written', 'bare loop', 'generate node', 'ratio'],
  [rowOf('of the quickstart', quickstart), rowOf('sharing a prefix', shared)],
);
for (const [name, { run }] of Object.entries({ quickstart, shared })) {
  for (const line of run.log) console.log(`${name}: ${line}`);
}
if (shared.keeping !== undefined) {
  console.log(
    `A loop that keeps what a prompt and the one before begin with took ${seconds(shared.keeping)} s on the second: ${(shared.keeping / shared.run.ms).toFixed(2)}× the node's time.`,
  );
}
for (const name of ['quickstart', 'shared'] as const) {
  const ratio = ratioOf({ quickstart, shared }[name]);
  console.log(
    `Bar of ${name}: ≥ ${String(bars[name])}×: ${ratio.toFixed(2)} ${verdict(ratio, { atLeast: bars[name] })}`,
  );
}
const { firstAnswer, firstWord } = quickstart.run;
console.log(
  `First answer ${seconds(firstAnswer)} s after Run, its first word after ${seconds(firstWord)} s, nothing in the cache; bar ≤ 10 s: ${verdict(firstAnswer, { atMost: bars.firstAnswerMs })}`,
);
process.exit(0);

interface Measured {
  readonly run: GraftRun;
  /** Milliseconds of the bare loop. */
  readonly bare: number;
  /** Of one that keeps the prefix. */
  readonly keeping?: number;
}

function beside(graph: Graph, { keepsPrefix }: { keepsPrefix: boolean }): Promise<Measured> {
  return graftRun({ graph, threads }, async (run) => {
    const { adapters, prompts, params } = run;
    const loop = { file, adapters, threads, ...params };
    const bare = await bareLoop(prompts, loop);
    if (!keepsPrefix) return { run, bare };
    return { run, bare, keeping: await bareLoop(prompts, { ...loop, keepsPrefix }) };
  });
}

function ratioOf({ run, bare }: Measured): number {
  return bare / run.ms;
}

function rowOf(name: string, measured: Measured): string[] {
  const { run, bare } = measured;
  const sum = (key: 'promptTokens' | 'completionTokens'): string =>
    String(run.prompts.reduce((total, prompt) => total + prompt[key], 0));
  return [
    ...[name, String(run.prompts.length), sum('promptTokens'), sum('completionTokens')],
    ...[seconds(bare), seconds(run.ms), ratioOf(measured).toFixed(2)],
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
