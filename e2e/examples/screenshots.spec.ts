import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, serve, test } from '../served-workspace.ts';
import { Workbench } from '../workbench.ts';

const folder = path.resolve(import.meta.dirname, '../../docs/screenshots');
const example = 'rag-quickstart.graft.json';

/** What is on the screen, light and dark. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const file = path.join(folder, `${name}-${colorScheme}.jpg`);
    await page.screenshot({ path: file, type: 'jpeg', quality: 84, animations: 'disabled' });
  }
}

/** The pictures of docs/screenshots, taken on demand; not a check, so that it is not counted otherwise. */
if ((process.env['GRAFT_SCREENSHOTS'] ?? '') !== '') {
  test.beforeAll(() => mkdir(folder, { recursive: true }));

  test('takes pictures of the quickstart', async ({ page, workspace }) => {
    test.setTimeout(1_800_000);
    const bench = new Workbench(page);
    await page.goto(workspace.url);
    await page.getByRole('button', { name: 'Examples', exact: true }).click();
    const gallery = page.getByRole('dialog', { name: 'Examples' });
    await expect(gallery.locator('.gallery-card').first()).toBeVisible();
    await picture(page, 'gallery');
    await page.keyboard.press('Escape');

    await bench.open(workspace.url, example);
    await page.keyboard.press('w');
    await expect(page.getByTestId('node-generate')).toContainText('weights');
    await picture(page, 'plan');
    await page.keyboard.press('w');
    await page.getByRole('button', { name: 'Take the tour' }).click();
    await expect(page.locator('.tour-light')).toBeVisible();
    await picture(page, 'tour');
    await page.keyboard.press('Escape');
    await bench.run();
    await bench.reaches('evaluate', 'succeeded', 900_000);
    for (const [node, name, text] of [
      ['files', 'documents', 'handbook/'],
      ['questions', 'questions', '33'],
      ['retriever', 'hits', 'handbook/'],
      ['inject-context', 'prompts', 'handbook/'],
      ['evaluate', 'metrics', 'Containment'],
      ['generate', 'quickstart', '['],
    ] as const) {
      await bench.select(node);
      await bench.tab('Output');
      await expect(bench.output).toContainText(text);
      await picture(page, name);
    }
    await bench.select('base-model');
    await bench.tab('Parameters');
    await page.getByRole('button', { name: 'All models … for Model' }).click();
    await expect(page.getByRole('dialog')).toContainText('Licence');
    await picture(page, 'models');
    await page.keyboard.press('Escape');
    await page.locator('.react-flow__pane').click({ position: { x: 12, y: 12 } });
    await page.keyboard.press('q');
    await page.keyboard.type('When is the eastern kiln lit?');
    await page.keyboard.press('Enter');
    const asked = page.getByTestId('asked');
    await expect(asked.getByRole('button', { name: 'Retry' })).toBeVisible({ timeout: 300_000 });
    await picture(page, 'ask');
    await page.getByRole('banner').getByRole('button', { name: 'Notebook', exact: true }).click();
    await expect(page.getByRole('article').first()).toBeVisible();
    await page.waitForTimeout(1_500);
    await picture(page, 'notebook');
    await page.getByRole('banner').getByRole('button', { name: 'Canvas', exact: true }).click();

    // The same with one passage fewer: two runs to compare.
    await bench.select('inject-context');
    await bench.tab('Parameters');
    await bench.fill('Top', '1');
    await bench.run();
    await bench.reaches('generate', 'running', 900_000);
    await bench.reaches('evaluate', 'succeeded', 900_000);
    await bench.tab('All runs');
    const marks = page.getByRole('list', { name: 'Runs' }).getByRole('checkbox');
    // Between them the question of one's own was asked.
    await marks.nth(2).check();
    await marks.nth(0).check();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await expect(page.getByTestId('comparison-summary')).toBeVisible();
    await picture(page, 'compare');

    // A graph that takes something and gives something.
    await bench.open(workspace.url, 'lib/hybrid-retrieval.graft.json');
    await bench.run();
    await bench.reaches('embed', 'succeeded', 300_000);
    await bench.select('embed');
    await bench.tab('Output');
    await expect(bench.output.locator('canvas').first()).toBeVisible();
    await page.waitForTimeout(1_500);
    await picture(page, 'map');
    await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
    await expect(page.getByRole('form')).toBeVisible();
    await picture(page, 'app');
  });

  test('takes a picture of missing models and data', async ({ page, workspace }) => {
    const bare = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-bare-')));
    await writeFile(path.join(bare, example), await readFile(path.join(workspace.folder, example)));
    const server = await serve(bare, { GRAFT_MODELS: path.join(bare, 'models') });
    try {
      const bench = new Workbench(page);
      await bench.open(server.url, example);
      await bench.select('base-model');
      await bench.tab('Parameters');
      await page.waitForTimeout(1_500);
      await bench.node('files').getByRole('button', { name: 'Get it …' }).click();
      await picture(page, 'missing');
    } finally {
      server.process.kill('SIGINT');
      await once(server.process, 'exit');
      await rm(bare, { recursive: true, force: true });
    }
  });
}
