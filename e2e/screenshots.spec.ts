import path from 'node:path';
import { expect, test } from './served-workspace.ts';
import { Workbench } from './workbench.ts';

const folder = path.resolve(import.meta.dirname, '../docs/screenshots');

// Written for the README on demand; not a check, so that it is not counted otherwise.
if ((process.env['GRAFT_SCREENSHOTS'] ?? '') !== '') {
  test('takes the pictures of the README', async ({ page, workspace }) => {
    test.setTimeout(900_000);
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'rag-quickstart.graft.json');
    await bench.run();
    await bench.reaches('generate', 'succeeded', 800_000);
    await bench.select('generate');
    await bench.tab('Output');
    await expect(bench.output.locator('article').first()).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path.join(folder, `quickstart-${colorScheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await bench.select('retriever');
    await expect(bench.output).toContainText('handbook/');
    await page.screenshot({ path: path.join(folder, 'hits-light.png') });
  });
}
