import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { noOtherTools } from './runtime/backends/testing/no-other-tools.ts';

/**
 * What every project has. `timeout`: how long a test waits for an outcome, in milliseconds: long enough that only what
 * never happens fails, on a busy machine too. Wait with `expect.poll`, which knows of it; `vi.waitFor` does not.
 */
const common = {
  environment: 'node',
  expect: { poll: { timeout: 60_000 } },
  testTimeout: 180_000,
  hookTimeout: 180_000,
  env: noOtherTools,
} as const;

const ignored = ['**/node_modules/**', '**/dist/**', '**/out/**', '**/.next/**', 'e2e/**'];
const isolated = '**/*.isolated.test.{ts,tsx}';
const integration = '**/*.integration.test.ts';
const gpu = '**/*.gpu.test.ts';
const soak = '**/*.soak.test.ts';

/** A test's file name decides which project runs it (see CONTRIBUTING.md). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...ignored, isolated, integration, gpu, soak],
          // The files of a thread share their modules, which saves most of the time: loading them took longer than the tests.
          pool: 'threads',
          isolate: false,
          // One more than cores: files that open workspaces wait for child processes a third of their time.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 0 },
          provide: { share: 0.05 },
          ...common,
        },
      },
      {
        test: {
          name: 'isolated',
          include: [isolated],
          exclude: ignored,
          pool: 'forks',
          // All cores: the process that hands files out waits for them.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
          provide: { share: 0.05 },
          ...common,
        },
      },
      {
        test: {
          name: 'integration',
          include: [integration],
          exclude: ignored,
          pool: 'forks',
          // All cores: a model rarely keeps more than one of two busy.
          maxWorkers: '100%',
          sequence: { groupOrder: 2 },
          provide: { share: 0.05 },
          ...common,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'gpu',
          include: [gpu],
          exclude: ignored,
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          ...common,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: [soak, '**/*.sampled.*test.{ts,tsx}'],
          exclude: ignored,
          pool: 'forks',
          // One file at a time: some measure the processor's time, some fill disks.
          fileParallelism: false,
          sequence: { groupOrder: 4 },
          provide: { share: 1 },
          ...common,
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
