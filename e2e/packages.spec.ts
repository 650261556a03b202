import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { dropFiles } from './drop-files.ts';
import { serve } from './served-workspace.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a graph is packed, and opened by a teammate with its results in place', async ({
  page,
  workspace,
}) => {
  await workspace.graph('sent-on', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'sent-on.graft.json');
  await bench.run();
  await expect(bench.node('chunk')).toHaveAttribute('data-status', /succeeded|cached/);
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-ben-')));
  const archive = path.join(folder, 'sent-on.graft.zip');
  const ben = path.join(folder, 'ben');
  await mkdir(ben);
  const server = await serve(ben, { GRAFT_MODELS: path.join(folder, 'models') });
  try {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('pack the graph');
    await page.getByRole('option', { name: /Pack the graph/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Pack sent-on' });
    await expect(dialog).toContainText('2 files read by its nodes');
    await expect(dialog.getByRole('checkbox', { name: /Results/ })).toBeChecked();
    if (process.env['GRAFT_SCREENSHOTS'] !== undefined) {
      await page.screenshot({ path: path.join(os.tmpdir(), 'pack-dialog.png') });
    }
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    await (await download).saveAs(archive);
    await expect(dialog).toHaveCount(0);

    await page.goto(server.url);
    await expect(page.getByText('No graph files yet.')).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('open a package');
    await page.getByRole('option', { name: /Open a package/ }).click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles(archive);
    const done = page.getByRole('dialog', { name: 'Unpacked sent-on' });
    await expect(done).toContainText('3 files written.');
    await expect(done).toContainText('marked “from sent-on”');
    if (process.env['GRAFT_SCREENSHOTS'] !== undefined) {
      await page.screenshot({ path: path.join(os.tmpdir(), 'unpack-dialog.png') });
    }
    await page.keyboard.press('Enter');
    await expect(bench.node('chunk')).toHaveAttribute('data-status', /succeeded|cached/);
    await expect(page.getByTestId('plan-line')).toHaveText('all reused');
    await bench.select('chunk');
    await bench.tab('Output');
    await expect(bench.output).toContainText('Glaze no. 7');
    await bench.run();
    await expect(page.getByTestId('status-chunk')).toHaveText('from sent-on');

    // Once more, over a file that is another one by now.
    await writeFile(path.join(ben, 'notes/kilns.md'), 'Mine.');
    await dropFiles(page, page.getByRole('region', { name: 'Workspace' }), [archive]);
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('notes/kilns.md');
    expect(await readFile(path.join(ben, 'notes/kilns.md'), 'utf8')).toBe('Mine.');
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});
