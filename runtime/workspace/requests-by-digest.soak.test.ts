import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  GraphError,
  parseGraph,
  type ExecutionBackend,
  type Graph,
  type StepRequest,
  type StepSummary,
} from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { readS3Settings, type S3Settings } from '@graft/store/s3';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { startS3Gateway } from '../backends/testing/s3-gateway.ts';
import { WorkerSupervisor } from './workers/supervisor.ts';
import { openWorkspace } from './workspace.ts';

const gateway = await startS3Gateway();
const workerEntry = builtProcess('worker');
let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-by-digest-')));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  if (gateway.missing === undefined) await gateway[Symbol.asyncDispose]();
});

/** A model that no other machine can look up. */
const embedder = 'my-embedder';

type Params = Readonly<Record<string, unknown>>;

function graphOf(
  nodes: Readonly<Record<string, readonly [type: string, params?: Params]>>,
  edges: readonly string[],
): Graph {
  const full = Object.entries(nodes).map(([id, [type, params = {}]]) => {
    return [id, { type, version: registry.get(type)?.version ?? 1, params }] as const;
  });
  return parseGraph(JSON.stringify({ graft: 1, nodes: Object.fromEntries(full), edges }));
}

const vectors = graphOf(
  {
    files: ['load-files', { paths: ['docs'] }],
    chunks: ['chunk', { size: 200, overlap: 0 }],
    vectors: ['embed', { model: embedder }],
  },
  ['files.documents -> chunks.documents', 'chunks.chunks -> vectors.chunks'],
);

const sizes = { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 };
const often = { maxLength: 128, batch: 1, epochs: 10, learningRate: 3e-3, checkpointEvery: 10 };
const training = graphOf(
  {
    base: ['base-model'],
    start: ['random-model', sizes],
    rows: ['load-dataset', { files: ['rows.jsonl'], evalShare: 0 }],
    tune: ['fine-tune', often],
  },
  ['base.model -> start.like', 'start.model -> tune.model', 'rows.dataset -> tune.dataset'],
);

/** A workspace with documents and a model that was imported from a folder of this machine. */
async function workspaceFolder(): Promise<{ root: string; modelsFolder: string }> {
  const [root, modelsFolder] = [join(folder, 'workspace'), join(folder, 'models')];
  await mkdir(join(root, 'docs'), { recursive: true });
  for (let at = 0; at < 4; at += 1) {
    const text = Array.from({ length: 20 }, (_, line) => `Rule ${String(at * 100 + line)}.`);
    await writeFile(
      join(root, 'docs', `rules-${String(at)}.md`),
      `# Rules\n\n${text.join('\n\n')}`,
    );
  }
  const original = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
  const source = join(folder, 'original');
  await cp(await original.fetch('all-MiniLM-L6-v2'), source, {
    recursive: true,
    dereference: true,
  });
  await createCatalogue({ modelsFolder }).import(source, { id: embedder });
  return { root, modelsFolder };
}

/** A machine that shares nothing but the bucket: its own state, no workspace, no model. */
function executor(name: string, artifacts: S3Settings): WorkerSupervisor {
  const own = join(folder, name);
  return new WorkerSupervisor({
    entry: workerEntry,
    worker: {
      ...{ stateFolder: join(own, 'state'), modelsFolder: join(own, 'models') },
      ...{ threads: 1, artifacts },
    },
  });
}

type Options = Parameters<typeof openWorkspace>[0];

async function run(graph: Graph, options: Options): Promise<ReadonlyMap<string, StepSummary>> {
  await using workspace = await openWorkspace({ workerEntry, threads: 1, ...options });
  const { runId, finished } = await workspace.runs.start(graph, 'graph.graft.json');
  expect(await finished).toMatchObject({ status: 'succeeded' });
  const steps = await workspace.journal.steps(runId);
  return new Map(steps.map((step) => [step.node, step]));
}

const outputsOf = (steps: ReadonlyMap<string, StepSummary>) =>
  new Map([...steps].map(([node, { outputs }]) => [node, outputs]));

/** Executes steps on machines, and ends those with it. */
const elsewhere = (
  execute: ExecutionBackend['execute'],
  machines: readonly WorkerSupervisor[],
): Required<Options>['openExecution'] => {
  const end = async (): Promise<void> => {
    await Promise.all(machines.map((machine) => machine[Symbol.asyncDispose]()));
  };
  return () => Promise.resolve({ execute, [Symbol.asyncDispose]: end });
};

function place(prefix: string, { skip }: TestContext): S3Settings {
  if (gateway.missing !== undefined) return skip(gateway.missing);
  const artifacts = readS3Settings(gateway.variables(prefix));
  if (artifacts === undefined) throw new Error('no place');
  return artifacts;
}

describe.skipIf(gateway.missing !== undefined)('a request by digest', { timeout: 900_000 }, () => {
  it('gives the same digests on machines that share only S3', async (context) => {
    const artifacts = place('by-digest', context);
    const own = await workspaceFolder();
    const embedded = await run(vectors, { ...own, stateFolder: join(folder, 'embedded') });

    const sent: string[] = [];
    const first = executor('first', artifacts);
    const distributed = await run(vectors, {
      ...{ ...own, stateFolder: join(folder, 'coordinator'), artifacts },
      openExecution: elsewhere(
        (request, hooks) => {
          const text = JSON.stringify(request);
          sent.push(text);
          return first.execute(JSON.parse(text) as StepRequest, hooks);
        },
        [first],
      ),
    });
    expect(outputsOf(distributed)).toEqual(outputsOf(embedded));
    expect(sent).toHaveLength(3);
    expect(sent.join()).not.toContain(folder);
    expect(sent.join()).not.toContain(process.cwd());

    // Another machine, after the workspace, its models and all state are gone.
    for (const name of ['workspace', 'models', 'original', 'embedded', 'coordinator', 'first']) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    await using machine = executor('second', artifacts);
    for (const text of sent) {
      const request = JSON.parse(text) as StepRequest;
      const hooks = { signal: new AbortController().signal, report: () => undefined };
      const { outputs } = await machine.execute(request, hooks);
      expect(outputs).toEqual(embedded.get(request.node)?.outputs);
    }
  });

  it('continues a training of a killed machine on another one, to the same weights', async (context) => {
    const artifacts = place('training', context);
    const root = join(folder, 'training');
    await mkdir(root);
    const rows = ['red', 'blue', 'green'].map((colour) => ({
      ...{ instruction: `What is ${colour}?`, output: `The ${colour} barn.` },
    }));
    await writeFile(join(root, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const embedded = await run(training, { root, stateFolder: join(folder, 'trained') });

    const [first, second] = [executor('killed', artifacts), executor('heir', artifacts)];
    const attempts: (number | undefined)[] = [];
    const distributed = await run(training, {
      ...{ root, stateFolder: join(folder, 'trainer'), artifacts },
      openExecution: elsewhere(
        async (request, hooks) => {
          const copy = JSON.parse(JSON.stringify(request)) as StepRequest;
          if (request.node !== 'tune') return first.execute(copy, hooks);
          attempts.push(request.checkpoint?.step);
          if (attempts.length > 1) return second.execute(copy, hooks);
          await first.execute(copy, {
            ...hooks,
            report(signal) {
              hooks.report(signal);
              if (signal.type !== 'stored-checkpoint') return;
              for (const pid of first.pids.models) process.kill(pid, 'SIGKILL');
            },
          });
          // It was quicker than the kill: nobody hears of its result.
          throw new GraphError('worker-died', 'The machine was killed.');
        },
        [first, second],
      ),
    });
    const [none, continued = 0, ...more] = attempts;
    expect([none, more]).toEqual([undefined, []]);
    expect(continued).toBeGreaterThan(0);
    // A newer one may have been saved while this one was stored.
    expect(distributed.get('tune')?.checkpoints?.from).toBeGreaterThanOrEqual(continued);
    expect(distributed.get('tune')?.outputs['model']).toEqual(
      embedded.get('tune')?.outputs['model'],
    );
  });
});
