import { defineConfig } from 'vitest/config';

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
          exclude: [...ignored, '**/*.integration.test.ts', '**/*.gpu.test.ts'],
          environment: 'node',
          pool: 'forks',
          // All cores: the process that hands files out waits for them.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
          testTimeout: 60_000,
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
          testTimeout: 300_000,
          hookTimeout: 300_000,
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
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
