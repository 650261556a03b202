import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { countShifts, endsOf, expectLegible, forkedGraph, windows } from './opened-canvas.ts';
import { examples, test as examplesTest } from './served-workspace.ts';
import { test } from './small-workspace.ts';

examplesTest(
  'every example opens legibly at every size of the window',
  async ({ page, workspace }) => {
    await countShifts(page);
    const files = await readdir(examples, { recursive: true });
    const graphs = files.filter(
      (file) => file.endsWith('.graft.json') && !file.includes('.graft/'),
    );
    for (const size of windows) {
      await page.setViewportSize(size);
      for (const graph of graphs) {
        const text = await readFile(path.join(examples, graph), 'utf8');
        await expectLegible(page, { url: workspace.url, graph, results: endsOf(JSON.parse(text)) });
      }
    }
  },
);

test('graphs of 5 to 15 nodes open legibly at every size of the window', async ({
  page,
  workspace,
}) => {
  await countShifts(page);
  const counts = [5, 6, 7, 8, 9, 10, 11, 12, 13, 15];
  for (const count of counts) await workspace.graph(`any-${count}`, forkedGraph(count));
  for (const size of windows) {
    await page.setViewportSize(size);
    for (const count of counts) {
      const { results } = forkedGraph(count);
      await expectLegible(page, { url: workspace.url, graph: `any-${count}.graft.json`, results });
    }
  }
});
