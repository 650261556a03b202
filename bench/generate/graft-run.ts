import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adapterGguf, Answers, Prompts, type Graph, type StepSummary } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { z } from 'zod';

/** A prompt, and what an answer to it took, in tokens. */
export interface AnsweredPrompt {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A run of a graph whose node `generate` answers. */
export interface GraftRun {
  readonly prompts: readonly AnsweredPrompt[];
  /** Of the step that generates, loading included. */
  readonly ms: number;
  /** Milliseconds after the start until the first answer was written, and its first word. */
  readonly firstAnswer: number;
  readonly firstWord: number;
  readonly adapters: readonly { readonly filePath: string; readonly scale: number }[];
  /** Parameters of the node. */
  readonly params: z.output<typeof paramsSchema>;
  /** What the step said of its speed. */
  readonly log: readonly string[];
}

const paramsSchema = z.object({
  system: z.string(),
  context: z.number(),
  repeatPenalty: z.number(),
  temperature: z.literal(0),
  adapterWeights: z.array(z.number()),
});
const project = path.resolve(import.meta.dirname, '../..');
const workerEntry = path.join(project, 'apps/cli/dist/worker.mjs');
const file = 'bench.graft.json';

/** Runs it over the examples' data with nothing in the cache; `use` is given what it did while the workspace is there. */
export async function graftRun<Result>(
  { graph, threads }: { readonly graph: Graph; readonly threads: number },
  use: (run: GraftRun) => Promise<Result>,
): Promise<Result> {
  const root = await mkdtemp(path.join(tmpdir(), 'graft-generate-'));
  try {
    await cp(path.join(project, 'examples'), root, { recursive: true });
    await using workspace = await openWorkspace({ root, workerEntry, threads });
    return await use(await run(workspace, graph));
  } finally {
    await rm(root, { recursive: true });
  }
}

async function run(workspace: Workspace, graph: Graph): Promise<GraftRun> {
  const {
    plan: { nodes },
  } = await workspace.plans.plan(graph, file);
  const node = nodes.find(({ id }) => id === 'generate');
  const params = paramsSchema.parse(node?.params);
  const startedAt = performance.now();
  const { runId, finished } = await workspace.runs.start(graph, file, { only: 'generate' });
  let firstWord: number | undefined;
  /** By item: when its last word came. */
  const lastWords = new Map<string, number>();
  const log: string[] = [];
  for await (const event of workspace.runs.events(runId, 0, new AbortController().signal)) {
    if (event.type === 'step.log' && event.node === 'generate') log.push(event.message);
    if (event.type !== 'step.token') continue;
    const at = performance.now() - startedAt;
    firstWord ??= at;
    lastWords.set(event.item, at);
  }
  const { status, error } = await finished;
  if (status !== 'succeeded') throw new Error(error?.message ?? status);
  const step = await workspace.runs.why(runId, 'generate');
  const answers = await rows(workspace, step, { output: 'answers', schema: Answers.schema });
  const [from] = node?.inputs['prompts'] ?? [];
  const prompts = await rows(workspace, await workspace.runs.why(runId, from?.node ?? ''), {
    ...{ output: from?.port ?? '', schema: Prompts.schema },
  });
  const texts = new Map(prompts.map(({ id, text }) => [id, text]));
  return {
    prompts: answers.map(({ id, promptTokens, completionTokens }) => ({
      text: texts.get(id) ?? '',
      ...{ promptTokens, completionTokens },
    })),
    ms: step.ms,
    firstWord: firstWord ?? Number.NaN,
    firstAnswer: Math.min(...lastWords.values()),
    adapters: await adaptersOf(workspace, {
      runId,
      inputs: node?.inputs['adapters'] ?? [],
      params,
    }),
    params,
    log,
  };
}

async function adaptersOf(
  workspace: Workspace,
  {
    runId,
    inputs,
    params,
  }: {
    readonly runId: string;
    readonly inputs: readonly { readonly node: string; readonly port: string }[];
    readonly params: GraftRun['params'];
  },
): Promise<GraftRun['adapters']> {
  return Promise.all(
    inputs.map(async ({ node, port }, at) => {
      const ref = (await workspace.runs.why(runId, node)).outputs[port];
      if (ref === undefined) throw new Error(`"${node}" gave no adapter.`);
      const folder = await workspace.artifacts.openTree(ref.digest);
      return { filePath: path.join(folder, adapterGguf), scale: params.adapterWeights[at] ?? 1 };
    }),
  );
}

async function rows<Row>(
  workspace: Workspace,
  { outputs }: StepSummary,
  { output, schema }: { readonly output: string; readonly schema: z.ZodType<Row> },
): Promise<Row[]> {
  const ref = outputs[output];
  if (ref === undefined) throw new Error(`There is no output "${output}".`);
  const page = await workspace.rows.page(ref, 0, ref.count ?? 0);
  return page.rows.map((row) => schema.parse(row));
}
