import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { dropFiles } from './drop-files.ts';
import { serve } from './served-workspace.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('an empty workspace says how to begin, and an example is copied into it', async ({ page }) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-empty-')));
  const server = await serve(folder);
  const bench = new Workbench(page);
  try {
    await bench.open(server.url);
    const begin = page.getByRole('region', { name: 'How to begin' });
    await expect(begin).toContainText('This workspace has no graph yet');
    await begin.getByRole('button', { name: 'New graph …' }).click();
    await expect(page.getByRole('dialog', { name: 'New graph' })).toBeVisible();
    await page.keyboard.press('Escape');
    await begin.getByRole('button', { name: 'Open a package …' }).click();
    await expect(page.getByRole('dialog', { name: 'Open a package' })).toBeVisible();
    await page.keyboard.press('Escape');
    // There is no graph to add a node to.
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('option', { name: /^New graph/ })).toBeVisible();
    await expect(page.getByRole('option', { name: /^Chunk / })).toHaveCount(0);
    await page.keyboard.press('Escape');

    await expect(begin).toContainText('Answers questions from a handbook');
    await expect(begin).toContainText('First run: about 30 seconds on 2 cores');
    await begin.getByRole('button', { name: 'Copy rag-quickstart here' }).press('Enter');
    await expect(bench.node('retriever')).toContainText('Hybrid retrieval');
    await expect(begin).toHaveCount(0);
    await expect(page.getByTestId('plan-line')).toContainText('11 will run');
    await expect(page.getByTestId('drift')).toHaveCount(0);
    expect((await readdir(folder)).sort()).toEqual([
      '.graft',
      'handbook',
      'handbook-questions.jsonl',
      'lib',
      'rag-quickstart.graft.json',
      'reader',
    ]);
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});

test('what is dropped where no graph is open comes to the workspace, and a package says what is missing, and how to get it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('bare', chunking);
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-bare-')));
  const archive = path.join(folder, 'bare.graft.zip');
  const server = await serve(folder);
  try {
    await new Workbench(page).open(workspace.url, 'bare.graft.json');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('pack the graph');
    await page.getByRole('option', { name: /Pack the graph/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Pack bare' });
    await dialog.getByRole('checkbox', { name: /Data/ }).uncheck();
    const download = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download' }).click();
    await (await download).saveAs(archive);
    await page.goto(server.url);
    const begin = page.getByRole('region', { name: 'How to begin' });
    const clay = path.join(folder, 'sent/clay.md');
    await mkdir(path.dirname(clay));
    await writeFile(clay, 'Clay is wedged.');
    await expect(begin).toContainText('Answers questions from a handbook');
    await dropFiles(page, begin, [clay]);
    await expect(page.getByTestId('notice')).toContainText('clay.md is now in the workspace.');
    expect(await readFile(path.join(folder, 'clay.md'), 'utf8')).toBe('Clay is wedged.');
    await dropFiles(page, begin, [archive, clay]);
    await expect(page.getByTestId('notice').last()).toContainText(
      'without other files: bare.graft.zip',
    );
    await dropFiles(page, begin, [archive]);
    const done = page.getByRole('dialog', { name: 'Unpacked bare' });
    await expect(done).toContainText('No file here or in the package matches notes/*.md');
    await expect(done).toContainText('ask for a package with its data');
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});
