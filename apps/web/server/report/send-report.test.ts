import { expect, it } from 'vitest';
import { zipped } from './send-report.ts';

it('packs texts by their paths, the same bytes for the same texts', async () => {
  const files = new Map([
    ['run.md', '# A run'],
    ['run-pictures/loss.svg', '<svg/>'],
  ]);
  const archive = await zipped(files);
  expect(archive.subarray(0, 2).toString()).toBe('PK');
  // As entries, and in the directory at the end.
  expect(archive.toString('latin1').split('run-pictures/loss.svg')).toHaveLength(3);
  expect(await zipped(files)).toEqual(archive);
});
