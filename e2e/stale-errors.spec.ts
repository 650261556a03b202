import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { giveFile } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** A text of before there was UTF-8. */
const old = Buffer.from('# K\xe4se\n\nIs older than the kiln.\n', 'latin1');

test('what a run had against a parameter is not said of another value', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'stale/old.md', '');
  await writeFile(path.join(workspace.folder, 'stale/old.md'), old);
  await workspace.graph('stale', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['stale/old.md'], encoding: 'utf-8' } },
      chunk: { type: 'chunk' },
    },
    edges: ['files.documents -> chunk.documents'],
    layout: { files: [0, 0], chunk: [280, 0] },
  });
  const bench = new Workbench(page);
  const told = page.getByText('The last run:');
  const encoding = page.getByLabel('Encoding', { exact: true });
  await bench.open(workspace.url, 'stale.graft.json');
  await bench.run();
  await bench.reaches('files', 'failed');
  await bench.select('files');
  await expect(told).toBeVisible();
  await expect(bench.node('files')).toHaveAttribute('data-problem', 'true');

  await test.step('another value is without it, at the node and in the form', async () => {
    await encoding.selectOption('latin-1');
    await expect(told).toHaveCount(0);
    await expect(bench.node('files')).toHaveAttribute('data-problem', 'false');
    await expect(page.getByTestId('status-files')).toHaveText('will run');
    await expect(bench.node('files')).toContainText('failed before the change');
    await bench.tab('Output');
    await expect(bench.output).toContainText('Failed before the change:');
    await expect(bench.output.getByRole('alert')).toHaveCount(0);
  });

  await test.step('the same value has it again, also when the page is opened anew', async () => {
    await page.keyboard.press('Control+z');
    await expect(bench.node('files')).toHaveAttribute('data-problem', 'true');
    await expect(bench.output.getByRole('alert')).toBeVisible();
    await page.reload();
    await expect(bench.node('files')).toHaveAttribute('data-problem', 'true');
    await bench.select('files');
    await bench.tab('Parameters');
    await expect(told).toBeVisible();
    await encoding.selectOption('latin-1');
    await expect(told).toHaveCount(0);
    await expect(bench.node('files')).toHaveAttribute('data-problem', 'false');
    await encoding.selectOption('utf-8');
    await expect(told).toBeVisible();
  });

  await test.step('nor of a file that was mended', async () => {
    await writeFile(path.join(workspace.folder, 'stale/old.md'), '# Käse\n\nIs newer.\n');
    await expect(bench.node('files')).toHaveAttribute('data-problem', 'false');
    await expect(told).toHaveCount(0);
    await bench.run();
    await bench.reaches('chunk', 'succeeded');
  });
});

test('a run that cannot start saves nothing, and says where it is wrong', async ({
  page,
  workspace,
}) => {
  await workspace.graph('unsound', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'unsound.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '-4');
  await bench.run();
  const notice = page.getByTestId('notice');
  await expect(notice).toContainText('Chunk, size: "size" must be at least');
  await expect(page.getByTestId('save-state')).toHaveText('unsaved');
  await bench.node('files').locator('header').click();
  await notice.getByRole('button', { name: 'Show problem' }).click();
  await expect(page.getByLabel('Size', { exact: true })).toBeVisible();

  await test.step('it goes with the next run', async () => {
    await bench.fill('Size', '-5');
    await bench.run();
    // Of this run: while its refusal is on its way no other begins.
    await expect(notice).toContainText('-5');
    await expect(notice).toHaveCount(1);
    await bench.fill('Size', '64');
    await bench.run();
    await bench.reaches('chunk', 'succeeded');
    await expect(notice).toHaveCount(0);
    await expect(page.getByTestId('save-state')).toHaveText('saved');
  });
});

test('a run that is refused before the models are known leads to its problem', async ({
  page,
  workspace,
}) => {
  let known = (): void => undefined;
  const models = new Promise<void>((resolve) => (known = resolve));
  // The plan tells of it as well.
  await page.route(/catalogue\.models|runs\.plan/, async (route) => {
    await models;
    await route.continue();
  });
  await workspace.graph('unknown-model', {
    nodes: { model: { type: 'base-model', params: { model: 'no-such-model' } } },
    layout: { model: [0, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'unknown-model.graft.json');
  // Only the server knows yet that there is no such model.
  await expect(page.getByTestId('problem-count')).toHaveCount(0);
  await bench.run();
  const notice = page.getByTestId('notice').filter({ hasText: 'no-such-model' });
  await notice.getByRole('button', { name: 'Show problem' }).click();
  await expect(bench.node('model')).toHaveAttribute('data-selected', 'true');
  known();
  await expect(page.getByTestId('problem-count')).toBeVisible();
});
