import type { BrowserContext } from '@playwright/test';
import { chunking, expect, test, type SmallWorkspace } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/**
 * Opens a graph in so many tabs of one browser, runs it in the first, and edits it in the last. A browser opens six
 * requests to a host at a time, over all tabs.
 */
export async function workInTabs(
  context: BrowserContext,
  workspace: SmallWorkspace,
  tabs: number,
): Promise<void> {
  await workspace.graph('many-tabs', chunking);
  const benches: Workbench[] = [];
  for (let tab = 0; tab < tabs; tab += 1) {
    const bench = new Workbench(await context.newPage());
    await bench.open(workspace.url, 'many-tabs.graft.json');
    await expect(bench.node('chunk')).toBeVisible();
    benches.push(bench);
  }
  const [first, ...others] = benches;
  const last = others.at(-1);
  if (first === undefined || last === undefined) throw new Error('no tab was opened');
  await test.step('a run that one starts is seen in all', async () => {
    await first.page.bringToFront();
    await first.run();
    for (const bench of benches) await bench.reaches('chunk', 'succeeded');
  });
  await test.step('the last saves, and the first sees it', async () => {
    await last.page.bringToFront();
    await last.select('chunk');
    await last.fill('Size', '64');
    await last.page.keyboard.press('Control+s');
    await expect(first.node('chunk')).toContainText('64');
  });
}
