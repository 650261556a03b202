import { mkdtemp, readdir, realpath, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerSchema,
  metricRowSchema,
  parseGraph,
  type Graph,
  type RunEvent,
  type StepSummary,
} from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace, type Workspace } from './workspace.ts';

/** A model from scratch, an adapter of it, and what can be done with both, as people draw it. */
let root: string;
let workspace: Workspace;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-adapters-')));
  const rows = (answers: Readonly<Record<string, string>>): string =>
    Object.entries(answers)
      .map(([instruction, output]) => `${JSON.stringify({ instruction, output })}\n`)
      .join('');
  await source('first.jsonl', rows({ 'What is red?': 'The barn.', 'What is blue?': 'The sea.' }));
  await source('second.jsonl', rows({ 'What is red?': 'The sea.', 'What is blue?': 'The barn.' }));
  workspace = await openWorkspace({ root, threads: 2, workerEntry: builtProcess('worker') });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

/** Writes a source file whose times are old enough to be trusted. */
async function source(name: string, text: string): Promise<void> {
  await writeFile(join(root, name), text);
  await utimes(join(root, name), 1000, 1000);
}

type Params = Readonly<Record<string, unknown>>;
const generate: Params = { system: '', maxTokens: 8, context: 128, repeatPenalty: 1 };
const training: Params = { maxLength: 128, batch: 2, schedule: 'constant', warmup: 0 };
const sizes = { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 };

const common: Readonly<Record<string, readonly [type: string, params?: Params]>> = {
  base: ['base-model'],
  start: ['random-model', sizes],
  first: ['load-dataset', { files: ['first.jsonl'], evalShare: 0 }],
  second: ['load-dataset', { files: ['second.jsonl'], evalShare: 0 }],
  tune: ['fine-tune', { ...training, learningRate: 3e-3, epochs: 60 }],
  lora: ['train-lora', { ...training, learningRate: 1e-2, epochs: 60, rank: 4 }],
  questions: ['questions', { questions: 'What is red?\nWhat is blue?' }],
  prompt: ['prompt'],
};
const commonEdges = [
  ...['base.model -> start.like', 'start.model -> tune.model', 'first.dataset -> tune.dataset'],
  ...['tune.model -> lora.model', 'second.dataset -> lora.dataset'],
  'questions.questions -> prompt.questions',
];

function graphOf(nodes: typeof common, edges: readonly string[]): Graph {
  const full = Object.entries({ ...common, ...nodes }).map(([id, [type, params = {}]]) => {
    const version = registry.get(type)?.version ?? 1;
    return [id, { type, version, params }] as const;
  });
  const all = { graft: 1, nodes: Object.fromEntries(full), edges: [...commonEdges, ...edges] };
  return parseGraph(JSON.stringify(all));
}

interface Outcome {
  readonly finished: Extract<RunEvent, { type: 'run.finished' }>;
  readonly steps: ReadonlyMap<string, StepSummary>;
  /** The rows of a node's output. */
  rows(node: string, port: string): Promise<readonly unknown[]>;
}

async function run(graph: Graph): Promise<Outcome> {
  const { runId, finished } = await workspace.runs.start(graph, 'adapters.graft.json');
  const end = await finished;
  const recorded = await workspace.journal.steps(runId);
  const steps = new Map(recorded.map((step) => [step.node, step]));
  return {
    ...{ finished: end, steps },
    async rows(node, port) {
      const artifact = steps.get(node)?.outputs[port];
      if (artifact === undefined) throw new Error(`${node} gave no ${port}`);
      return (await workspace.rows.page(artifact, 0, 1000)).rows;
    },
  };
}

async function answers(outcome: Outcome, node: string): Promise<string[]> {
  const rows = answerSchema.array().parse(await outcome.rows(node, 'answers'));
  return rows.map(({ text }) => text);
}

const asking = (...nodes: readonly string[]): typeof common =>
  Object.fromEntries(nodes.map((node) => [node, ['generate', generate] as const]));
const asked = (...nodes: readonly string[]): string[] =>
  nodes.map((node) => `prompt.prompts -> ${node}.prompts`);

const whole = graphOf(
  {
    ...asking('tuned', 'apart', 'alone'),
    merged: ['merge-into-model'],
    'save-adapter': ['export-adapter', { path: 'exports/lora' }],
    'save-model': ['export-model', { path: 'exports/model' }],
  },
  [
    ...asked('tuned', 'apart', 'alone'),
    'tune.model -> tuned.model',
    ...['tune.model -> apart.model', 'lora.adapter -> apart.adapters'],
    ...['tune.model -> merged.model', 'lora.adapter -> merged.adapters'],
    ...['merged.model -> alone.model', 'merged.model -> save-model.model'],
    'lora.adapter -> save-adapter.adapter',
  ],
);

describe('a model from scratch', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await run(whole);
    expect(outcome.finished).toMatchObject({ status: 'succeeded' });
    // 120 optimizer steps: under a minute alone, several on a machine that others use.
  }, 900_000);

  it('learns what it is told', async () => {
    expect(await answers(outcome, 'tuned')).toEqual(['The barn.', 'The sea.']);
  });

  it('says the opposite with an adapter, beside it or merged into it', async () => {
    expect(await answers(outcome, 'apart')).toEqual(['The sea.', 'The barn.']);
    expect(await answers(outcome, 'alone')).toEqual(['The sea.', 'The barn.']);
  });

  it('is exported, and left alone where it has been', async () => {
    expect((await readdir(join(root, 'exports'))).sort()).toEqual(['lora', 'model']);
    expect((await readdir(join(root, 'exports/lora'))).sort()).toEqual([
      ...['.graft-export.json', 'adapter.gguf', 'adapter_config.json'],
      ...['adapter_model.safetensors', 'graft.json'],
    ]);
    const again = await run(whole);
    const ran = [...again.steps.values()].filter(({ status }) => status !== 'cached');
    expect(ran.map(({ node }) => node).sort()).toEqual(['save-adapter', 'save-model']);
    const rows = await again.rows('save-model', 'metrics');
    expect(rows).toEqual(await outcome.rows('save-model', 'metrics'));
  });

  it.each(['exports/lora', 'exports/lora/adapter.gguf'])(
    'takes its adapter back from %s',
    async (path) => {
      const back = await run(
        graphOf(
          {
            ...asking('again'),
            back: ['load-adapter', { path }],
            compare: ['compare-adapters'],
          },
          [
            ...asked('again'),
            ...['tune.model -> back.model', 'tune.model -> again.model'],
            ...['back.adapter -> again.adapters', 'back.adapter -> compare.one'],
            'lora.adapter -> compare.other',
          ],
        ),
      );
      expect(back.finished).toMatchObject({ status: 'succeeded' });
      expect(await answers(back, 'again')).toEqual(['The sea.', 'The barn.']);
      const rows = metricRowSchema.array().parse(await back.rows('compare', 'metrics'));
      expect(rows).toHaveLength(15);
      for (const { values } of rows) {
        expect(values['cosine']).toBeCloseTo(1, 5);
        expect(values['otherNorm']).toBeCloseTo(values['norm'] ?? NaN, 4);
      }
    },
  );

  it('refuses its adapter where it does not belong, before and while it runs', async () => {
    const wrong = graphOf(asking('wrong'), [
      ...asked('wrong'),
      ...['base.model -> wrong.model', 'lora.adapter -> wrong.adapters'],
    ]);
    const { finished, steps } = await run(wrong);
    expect(finished.status).toBe('failed');
    expect(steps.get('wrong')?.error).toMatchObject({
      message: expect.stringMatching(/trained on random-llama-2x64 fine-tuned/),
    });
    const load = graphOf({ back: ['load-adapter', { path: 'exports/lora' }] }, [
      'base.model -> back.model',
    ]);
    const loaded = await run(load);
    expect(loaded.steps.get('back')?.error).toMatchObject({
      ...{ code: 'bad-input', location: { node: 'back', param: 'path' } },
      message: expect.stringMatching(/in SmolLM2-135M-Instruct it is .*choose the base/),
    });
    await truncate(join(root, 'exports/lora/adapter_model.safetensors'), 9000);
    const tuned = graphOf({ back: ['load-adapter', { path: 'exports/lora' }] }, [
      'tune.model -> back.model',
    ]);
    const cut = await run(tuned);
    expect(cut.steps.get('back')?.error?.message).toMatch(/is cut off: tensor/);
  });
});
