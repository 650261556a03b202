import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { examples, runGraft } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('follows a run that the command line starts', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.newGraph('from-a-shell');
  await bench.drag('Questions', 100, 60);
  await bench.select('questions');
  await bench.tab('Parameters');
  await bench.fill('Questions', 'When is the small kiln lit?');
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('save-state')).toHaveText('saved');
  await bench.reaches('questions', 'idle');
  await runGraft(['run', path.join(workspace.folder, 'from-a-shell.graft.json')]);
  await bench.reaches('questions', 'succeeded');
  await bench.tab('Output');
  await expect(bench.output).toContainText('When is the small kiln lit?');
});

test('says why a connection is refused', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.newGraph('refused-wire');
  await bench.drag('Files', 100, 60);
  await bench.drag('Embed', 450, 60);
  await bench.draw('load-files.documents', 'embed.chunks');
  await expect(page.getByTestId('refusal')).toContainText(/documents.*chunks|chunks.*documents/i);
  await page.mouse.up();
  await expect(page.locator('.react-flow__edge')).toHaveCount(0);
});

test('undoes and redoes', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.newGraph('taken-back');
  const nodes = page.locator('.react-flow__node');
  const edges = page.locator('.react-flow__edge');
  await bench.drag('Files', 100, 60);
  await bench.drag('Chunk', 450, 60);
  await bench.connect('load-files.documents', 'chunk.documents');
  await bench.canvas.click({ position: { x: 300, y: 400 } });
  await page.keyboard.press('Control+z');
  await expect(edges).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(nodes).toHaveCount(1);
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+Shift+z');
  await expect(nodes).toHaveCount(2);
  await expect(edges).toHaveCount(1);
  await bench.select('chunk');
  await page.keyboard.press('Delete');
  await expect(nodes).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(edges).toHaveCount(1);
});

test('refuses a stale save, and merges', async ({ page, workspace }) => {
  const file = path.join(workspace.folder, 'shared.graft.json');
  const retrieval = path.join(examples, 'lib/hybrid-retrieval.graft.json');
  await writeFile(file, await readFile(retrieval));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'shared.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '200');
  await expect(page.getByTestId('save-state')).toHaveText('unsaved');

  const theirs = (await readFile(file, 'utf8')).replace('"k": 20', '"k": 12');
  await giveFile(workspace.folder, 'shared.graft.json', theirs);
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('was changed outside');
  await expect(dialog).toContainText('20 → 12');
  await expect(dialog).toContainText('256 → 200');
  expect(await readFile(file, 'utf8')).toBe(theirs);

  await dialog.getByRole('button', { name: 'Merge and save' }).click();
  await expect(page.getByTestId('save-state')).toHaveText('saved');
  const merged = await readFile(file, 'utf8');
  expect(merged).toContain('"k": 12');
  expect(merged).toContain('"size": 200');
});

test('shows markup in documents as text, and runs nothing of it', async ({ page, workspace }) => {
  const hostile =
    '# Notes\n\n<script>window.hacked = true</script>\n\n<img src="x" onerror="window.hacked = true">\n\n[link](javascript:window.hacked=true)\n';
  await writeFile(path.join(workspace.folder, 'hostile.md'), hostile);
  await writeFile(
    path.join(workspace.folder, 'hostile.html'),
    '<p>Before</p><script>window.hacked = true</script><p onclick="window.hacked = true">After &lt;script&gt;window.hacked = true&lt;/script&gt;</p>',
  );
  const errors: string[] = [];
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => errors.push(dialog.message())));
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.newGraph('hostile');
  await bench.drag('Files', 100, 60);
  await bench.select('load-files');
  await bench.tab('Parameters');
  await page.getByRole('button', { name: 'Add to Files' }).click();
  await bench.fill('Files, row 1', 'hostile.*');
  await bench.run();
  await bench.reaches('load-files', 'succeeded', 60_000);
  await bench.tab('Output');
  await expect(bench.output).toContainText('After <script>window.hacked = true</script>');
  await bench.output.getByText('hostile.md', { exact: true }).click();
  await expect(bench.output).toContainText('<img src="x" onerror="window.hacked = true">');
  await expect(bench.output.locator('script, img, a[href^="javascript:"]')).toHaveCount(0);
  expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined();
  expect(errors).toEqual([]);
});
