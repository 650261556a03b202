import { expect, it } from 'vitest';
import { loadedRules, loadRules } from './checks.ts';
import { provideNodeTypes } from './registry.ts';

it('fetches the rules again where they could not be fetched', async () => {
  provideNodeTypes(() => Promise.reject(new Error('The server is gone.')));
  await expect(loadRules()).rejects.toThrow('The server is gone.');
  provideNodeTypes(() => import('@graft/nodes/definitions'));
  await expect(loadRules()).resolves.toHaveProperty('validateGraph');
  expect(loadedRules()).toBeDefined();
});
