import { expect, it } from 'vitest';
import { chosenFiles, soakFiles } from './soak-files.mjs';

it('finds the long tests of both runners, and no other', async () => {
  const files = await soakFiles();
  expect(files).toContain('runtime/graph/graph-properties.sampled.test.ts');
  expect(files).toContain('nodes/fuzz.sampled.isolated.test.ts');
  expect(files).not.toContain('scripts/soak-files.test.ts');
});

it('chooses the same share of them for the same seed, and others for another', () => {
  const files = Array.from({ length: 25 }, (_, at) => `${String(at)}.soak.test.ts`);
  const chosen = chosenFiles(files, { share: 0.1, seed: 'a' });
  expect(chosen).toHaveLength(3);
  expect(chosenFiles([...files].reverse(), { share: 0.1, seed: 'a' })).toEqual(chosen);
  expect(chosenFiles(files, { share: 0.1, seed: 'b' })).not.toEqual(chosen);
  expect(chosenFiles(files, { share: 1, seed: 'a' })).toHaveLength(25);
});
