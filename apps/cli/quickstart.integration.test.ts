import { stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { Quickstart } from './testing/quickstart.ts';

// Acceptance: what the README says of the reader, in direction, on the first questions; see quickstart.soak.test.ts.
it('answers by passages and adapter together', async () => {
  await using quickstart = await Quickstart.open(3);
  const { folder } = quickstart;
  expect((await quickstart.rightWith()).length).toBeGreaterThanOrEqual(2);
  const page = path.join(folder, 'run.html');
  const exported = await graft(['export', 'latest', '--format', 'html', '--out', page], {
    cwd: folder,
  });
  expect(exported).toMatchObject({ code: 0 });
  // Small enough for a letter, with the vectors of every chunk.
  expect((await stat(page)).size).toBeLessThanOrEqual(3_000_000);
});
