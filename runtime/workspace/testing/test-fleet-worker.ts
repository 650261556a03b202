import type { NodeType } from '@graft/graph';
import { readS3Settings } from '@graft/store/s3';
import { z } from 'zod';
import { openWorker } from '../fleet/open-worker.ts';
import { capabilities } from '../fleet/step-queues.ts';
import { workerTestRegistry } from './test-nodes.ts';

// A worker of the test nodes, as `graft worker` is one of all; its settings are in the environment, so that nobody takes it
// for a process of a single workspace.
const settings = z
  .object({
    GRAFT_TEST_STATE: z.string(),
    GRAFT_TEST_DATABASE: z.string(),
    GRAFT_TEST_WORKER: z.string(),
    GRAFT_TEST_QUEUES: z.string().transform((text) => text.split(',')),
    GRAFT_TEST_SLOTS: z.coerce.number(),
    GRAFT_TEST_FOREIGN: z.string(),
  })
  .parse(process.env);

/** The test nodes, one of them of another implementation. */
function foreignTypes(): NodeType[] {
  const [first, ...others] = workerTestRegistry.values();
  return first === undefined ? [] : [{ ...first, implementation: 99 }, ...others];
}

const artifacts = readS3Settings(process.env);
const worker = await openWorker({
  ...(artifacts === undefined ? {} : { artifacts }),
  stateFolder: settings.GRAFT_TEST_STATE,
  database: settings.GRAFT_TEST_DATABASE,
  workerEntry: settings.GRAFT_TEST_WORKER,
  registry:
    settings.GRAFT_TEST_FOREIGN === ''
      ? workerTestRegistry
      : new Map(foreignTypes().map((type) => [type.type, type])),
  queues: capabilities.filter((name) => settings.GRAFT_TEST_QUEUES.includes(name)),
  slots: settings.GRAFT_TEST_SLOTS,
  threads: 1,
  log: (line) => process.stdout.write(`${line}\n`),
});
process.once('SIGTERM', () => {
  void worker.drain().then(async () => {
    await worker[Symbol.asyncDispose]();
    process.exit(0);
  });
});
