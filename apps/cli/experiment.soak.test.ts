import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectUnchangedByKill } from './testing/killed-experiment.ts';
import { searchWorkspace } from './testing/search-workspace.ts';

let folder: string;
beforeEach(async () => {
  folder = await searchWorkspace();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.skipIf(process.platform === 'win32').each([{}, { race: { looks: 3 } }])(
  'an experiment that was killed goes on where it was, and ends with the table of one that nothing disturbed: %j',
  async (race) => {
    expect.hasAssertions();
    await expectUnchangedByKill(folder, { depths: 20, notes: 40, ...race });
  },
);
