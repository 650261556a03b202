import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '@graft/engine';
import { testEngineParts, testPlan } from '@graft/engine/testing';
import { emptyGraph, type ExperimentPlan } from '@graft/graph';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { ExperimentRuns } from '../experiment/experiment-runs.ts';
import { surviveRejections } from '../workers/survive-rejections.ts';

// Runs work that loses a rejected promise and would go on for ever, then a run beside it, and prints how they ended.
const logged: string[] = [];
surviveRejections((text) => logged.push(text));

async function lose(): Promise<never> {
  await sleep(10);
  throw new TypeError('lost');
}

const stores = {
  artifacts: new MemoryArtifactStore(),
  actions: new MemoryActionStore(),
  runs: new MemoryRunStore(),
};
const engine = new Engine({
  ...testEngineParts,
  ...stores,
  backend: {
    execute({ node }, { signal }) {
      if (node === 'loses') void lose();
      return new Promise((resolve, reject) => {
        if (node === 'fine') {
          signal.throwIfAborted();
          setTimeout(resolve, 200, { outputs: {}, device: 'cpu' });
        }
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    },
  },
});
const start = (node: string) =>
  engine.start(testPlan({ [node]: { type: 'random' } }), { file: 'f', device: 'auto' });

const plan: ExperimentPlan = {
  name: 'e',
  variants: [{ name: 'x', settings: {}, graph: emptyGraph, problems: [] }],
  baseline: 'x',
  seeds: [undefined],
  metrics: [{ node: 'a', port: 'm', metric: 'f1' }],
  lower: [],
  only: ['a'],
};
const experiments = new ExperimentRuns({ ...stores, registry: new Map(), owner: 'me:1' });

const [loses, fine] = await Promise.all([start('loses'), start('fine')]);
const experiment = await experiments.start(
  plan,
  { file: 'f', device: 'auto', origin: {} },
  async () => {
    void lose();
    return { ...(await start('waits')), drift: [] };
  },
);
const ends = await Promise.all(
  [loses, fine, experiment].map(async ({ runId, finished }) => {
    const { status, error } = await finished;
    return {
      runId,
      status,
      error: error?.message,
      recorded: (await stores.runs.get(runId))?.status,
    };
  }),
);
void lose();
await sleep(50);
process.stdout.write(`${JSON.stringify({ ends, logged })}\n`);
