import { createRegistry, defineNode, Questions, type Registry } from '@graft/graph';
import { experimentDefinitions, slowNode, testDefinitions } from '@graft/graph/testing';
import { z } from 'zod';

const plain = {
  version: 1,
  implementation: 1,
  group: 'sources',
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  inputs: {},
  outputs: { value: { type: Questions, doc: 'A number.' } },
  summary: () => [],
  migrations: [],
} as const;

/** Ignores its cancellation. */
export const stubbornNode = defineNode({
  ...plain,
  type: 'stubborn',
  title: 'Stubborn',
  doc: 'Ignores its cancellation.',
  params: z.strictObject({ busy: z.boolean().default(false).meta({ title: 'Busy' }) }),
});

/** Works until there is a file at a path. */
export const holdNode = defineNode({
  ...plain,
  type: 'hold',
  title: 'Hold',
  doc: 'Works until there is a file.',
  params: z.strictObject({ until: z.string().default('').meta({ title: 'Until' }) }),
});

/** Kills its process the first few times. */
export const crashNode = defineNode({
  ...plain,
  type: 'crash',
  title: 'Crash',
  doc: 'Kills its process the first few times.',
  params: z.strictObject({ times: z.int().default(1).meta({ title: 'Times' }) }),
});

/** In the process that steps with models share, several at once. */
const shared = { lane: 'inference', cores: 'one' } as const;
export const sharedCrashNode = defineNode({ ...crashNode, ...shared, type: 'shared-crash' });
export const sharedSlowNode = defineNode({ ...slowNode, ...shared, type: 'shared-slow' });
export const sharedHoldNode = defineNode({ ...holdNode, ...shared, type: 'shared-hold' });

/** Trains without end; cancelled, it leaves its checkpoint once there is a file at a path, and writes its step into `saved`. */
export const savingNode = defineNode({
  ...plain,
  ...shared,
  type: 'saving',
  title: 'Saving',
  doc: 'Saves after its cancellation.',
  params: z.strictObject({ until: z.string().default('').meta({ title: 'Until' }) }),
});

/** Ends its process as V8 does when the heap is full. */
export const hogNode = defineNode({
  ...plain,
  type: 'hog',
  title: 'Hog',
  doc: 'Runs out of memory.',
  params: z.strictObject({}),
});

/** Spends a while on each row, waiting or computing, and appends each row to a file. */
export const pacedNode = defineNode({
  ...plain,
  type: 'paced',
  title: 'Paced',
  doc: 'Spends a while on each row.',
  inputs: { rows: { type: Questions, doc: 'Rows.' } },
  params: z.strictObject({
    ms: z.number().default(10).meta({ title: 'Milliseconds' }),
    computes: z.boolean().default(false).meta({ title: 'Computes' }),
    log: z.string().default('').meta({ title: 'Log' }),
  }),
  items: { over: 'rows', key: ['question'], batch: 8 },
});

/** The test nodes and those that misbehave. */
export const workerTestRegistry: Registry = createRegistry([
  ...testDefinitions,
  ...experimentDefinitions,
  stubbornNode,
  holdNode,
  crashNode,
  hogNode,
  sharedCrashNode,
  sharedSlowNode,
  sharedHoldNode,
  savingNode,
  pacedNode,
]);
