import { defineConfig } from 'vitest/config';

/**
 * How long a test waits for what is to happen, in milliseconds: so long that only what never happens fails, on a busy machine too.
 * Wait with `expect.poll`, which knows of it; `vi.waitFor` does not.
 */
const patience = {
  expect: { poll: { timeout: 60_000 } },
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

const ignored = ['**/node_modules/**', '**/dist/**', '**/out/**', '**/.next/**', 'e2e/**'];

/**
 * `unit`: seconds, no models, no browser. `integration`: real models and the built command line.
 * `gpu`: needs a real GPU, and says so when it skips. A test's file name decides (see CONTRIBUTING.md).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...ignored, '**/*.{integration,soak,gpu}.test.ts'],
          environment: 'node',
          pool: 'forks',
          // All cores: the process that hands files out waits for them.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
          ...patience,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ignored,
          environment: 'node',
          pool: 'forks',
          // One file at a time: each loads models and uses every core.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...patience,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: ['**/*.soak.test.ts'],
          exclude: ignored,
          environment: 'node',
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          ...patience,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['**/*.gpu.test.ts'],
          exclude: ignored,
          environment: 'node',
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...patience,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
