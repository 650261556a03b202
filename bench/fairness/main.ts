import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseGraph } from '@graft/graph';
import { openWorkspace, type RunHandle, type Workspace } from '@graft/workspace';
import { prose } from '../report/prose.ts';
import { median, printTable, verdict } from '../report/table.ts';

/**
 * What light steps take beside a run that generates and one that trains, in the same process, against what they
 * take alone; and `graft plan` of the quickstart, in a process of its own. Needs `npm run build` and the default
 * language model.
 */
const rounds = Number(process.argv[2] ?? 5);
const turns = Number(process.argv[3] ?? 3);
const bars = { share: 3, planMs: 1000 };
const project = path.resolve(import.meta.dirname, '../..');
const cli = path.join(project, 'apps/cli/bin/graft.mjs');
const workerEntry = path.join(project, 'apps/cli/dist/worker.mjs');

const kinds = ['questions', 'load-dataset', 'graft plan'] as const;
type Measurements = Record<(typeof kinds)[number], Measured>;
type Nodes = Record<string, { type: string; params: Record<string, unknown> }>;

const root = await mkdtemp(path.join(tmpdir(), 'graft-fairness-'));
try {
  await cp(path.join(project, 'examples'), root, { recursive: true });
  await using workspace = await openWorkspace({ root, workerEntry });
  const alone = emptyMeasurements();
  const beside = emptyMeasurements();
  // By turns, so that whatever else the machine does meets both.
  for (let turn = 0; turn < turns; turn++) {
    await measure(workspace, alone, `alone-${String(turn)}`);
    const heavy = await startHeavy(workspace);
    await measure(workspace, beside, `beside-${String(turn)}`);
    const still = await Promise.all(heavy.map(({ runId }) => workspace.journal.get(runId)));
    if (still.some((run) => run?.status !== 'running')) {
      throw new Error('A heavy run ended before the measurement did.');
    }
    for (const run of heavy) run.cancel();
    await Promise.all(heavy.map(({ finished }) => finished));
  }
  report(alone, beside);
} finally {
  await rm(root, { recursive: true });
}

interface Measured {
  /** Milliseconds of each round, of the step and of its run from start to end. */
  readonly step: number[];
  readonly run: number[];
}

function emptyMeasurements(): Measurements {
  const empty = (): Measured => ({ step: [], run: [] });
  return { questions: empty(), 'load-dataset': empty(), 'graft plan': empty() };
}

async function measure(workspace: Workspace, measured: Measurements, salt: string): Promise<void> {
  // The first of each starts its process and loads its code; that is not what is compared.
  for (let round = -1; round < rounds; round++) {
    const name = `${salt}-${String(round)}`;
    await writeFile(path.join(root, `${name}.jsonl`), datasetText(name));
    const results = {
      questions: await runAlone(workspace, { type: 'questions', params: { questions: name } }),
      'load-dataset': await runAlone(workspace, {
        type: 'load-dataset',
        params: { files: [`${name}.jsonl`] },
      }),
      'graft plan': await plan(),
    };
    if (round < 0) continue;
    for (const kind of kinds) {
      measured[kind].step.push(results[kind].step);
      measured[kind].run.push(results[kind].run);
    }
  }
}

function datasetText(salt: string): string {
  return Array.from({ length: 200 }, (_, i) =>
    JSON.stringify({ instruction: `${salt} ${prose(i, 1)}`, output: prose(i + 1000, 2) }),
  ).join('\n');
}

async function runAlone(workspace: Workspace, node: Nodes[string]) {
  const startedAt = performance.now();
  const { finished } = await start(workspace, { node });
  const { status, steps, error } = await finished;
  if (status !== 'succeeded') throw new Error(error?.message ?? status);
  return { step: steps[0]?.ms ?? Number.NaN, run: performance.now() - startedAt };
}

async function plan(): Promise<{ step: number; run: number }> {
  const startedAt = performance.now();
  const args = [cli, 'plan', path.join(root, 'rag-quickstart.graft.json')];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' });
  await once(child, 'close');
  const ms = performance.now() - startedAt;
  return { step: ms, run: ms };
}

function start(workspace: Workspace, nodes: Nodes, edges: string[] = []): Promise<RunHandle> {
  const versioned = Object.entries(nodes).map(([id, node]) => [id, { version: 1, ...node }]);
  const text = JSON.stringify({ graft: 1, nodes: Object.fromEntries(versioned), edges });
  return workspace.runs.start(parseGraph(text), 'fairness.graft.json');
}

/** A run that writes long answers and one that trains, both under way. */
async function startHeavy(workspace: Workspace): Promise<RunHandle[]> {
  const model = { type: 'base-model', params: { model: 'SmolLM2-135M-Instruct' } };
  const salt = String(performance.now());
  const many = Array.from({ length: 500 }, (_, i) => `${salt} Tell me of ${prose(i, 1)}`).join(
    '\n',
  );
  const generating = await start(
    workspace,
    {
      model,
      questions: { type: 'questions', params: { questions: many } },
      prompt: { type: 'prompt', params: { template: '{question}' } },
      generate: { type: 'generate', params: { maxTokens: 512 } },
    },
    [
      'questions.questions -> prompt.questions',
      'prompt.prompts -> generate.prompts',
      'model.model -> generate.model',
    ],
  );
  const training = await start(
    workspace,
    {
      model,
      dataset: { type: 'load-dataset', params: { files: ['lora-quickstart/everyday.jsonl'] } },
      train: { type: 'train-lora', params: { epochs: 100, seed: Math.round(performance.now()) } },
    },
    ['dataset.dataset -> train.dataset', 'model.model -> train.model'],
  );
  await Promise.all([
    underWay(workspace, generating, 'step.token'),
    underWay(workspace, training, 'step.metrics'),
  ]);
  return [generating, training];
}

async function underWay(workspace: Workspace, { runId }: RunHandle, sign: string): Promise<void> {
  for await (const { type } of workspace.runs.events(runId, 0, new AbortController().signal)) {
    if (type === sign) return;
    if (type === 'run.finished') throw new Error('A heavy run ended before it was under way.');
  }
}

function report(alone: Measurements, beside: Measurements): void {
  console.log(
    `Medians of ${String(turns * rounds)}, milliseconds; beside a generating and a training run.\n`,
  );
  const ratio = (kind: (typeof kinds)[number], of: keyof Measured): number =>
    median(beside[kind][of]) / median(alone[kind][of]);
  printTable(
    ['', 'step alone', 'beside', 'ratio', 'worst', 'run alone', 'beside', 'ratio'],
    kinds.map((kind) => [
      kind,
      median(alone[kind].step).toFixed(1),
      median(beside[kind].step).toFixed(1),
      ratio(kind, 'step').toFixed(2),
      Math.max(...beside[kind].step).toFixed(1),
      median(alone[kind].run).toFixed(1),
      median(beside[kind].run).toFixed(1),
      ratio(kind, 'run').toFixed(2),
    ]),
  );
  const worst = Math.max(ratio('questions', 'step'), ratio('load-dataset', 'step'));
  console.log(
    `\nBars: steps ≤ 3 × alone: ${verdict(worst, { atMost: bars.share })}; plan ≤ 1 s: ${verdict(median(beside['graft plan'].run), { atMost: bars.planMs })}`,
  );
}
