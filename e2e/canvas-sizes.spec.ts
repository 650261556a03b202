import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  countShifts,
  endsOf,
  expectLegible,
  forkedGraph,
  shiftOf,
  windows,
} from './opened-canvas.ts';
import { examples } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('graphs open legibly at every size of the window, and nothing moves but by a person', async ({
  page,
  workspace,
}) => {
  await countShifts(page);
  const counts = [5, 9, 15];
  for (const count of counts) await workspace.graph(`forked-${count}`, forkedGraph(count));
  await page.setViewportSize(windows[1]);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'forked-5.graft.json');
  await bench.run();
  await bench.reaches('n4', 'succeeded');
  const samples = ['lora-quickstart', 'stacked-expert/stacked-expert'];
  const ends = new Map<string, readonly string[]>();
  for (const sample of samples) {
    const text = await readFile(path.join(examples, `${sample}.graft.json`), 'utf8');
    const graph = `sized-${path.basename(sample)}.graft.json`;
    await giveFile(workspace.folder, graph, text);
    ends.set(graph, endsOf(JSON.parse(text)));
  }
  for (const size of windows) {
    await page.setViewportSize(size);
    for (const [graph, results] of ends)
      await expectLegible(page, { url: workspace.url, graph, results });
    for (const count of counts) {
      const { results } = forkedGraph(count);
      await expectLegible(page, {
        url: workspace.url,
        graph: `forked-${count}.graft.json`,
        results,
      });
    }
  }
  await test.step('nor while another tab runs the graph', async () => {
    await bench.open(workspace.url, 'forked-9.graft.json');
    const before = await shiftOf(page);
    const other = await page.context().newPage();
    const elsewhere = new Workbench(other);
    await elsewhere.open(workspace.url, 'forked-9.graft.json');
    await elsewhere.run();
    await elsewhere.reaches('n8', 'succeeded');
    await bench.reaches('n8', 'succeeded');
    await other.close();
    // The words of the header change their width by a few pixels.
    expect((await shiftOf(page)) - before).toBeLessThan(0.01);
  });
});
