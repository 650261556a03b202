import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { giveFile } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a graph is read, changed and run as a notebook, by keys', async ({ page, workspace }) => {
  const file = path.join(workspace.folder, 'a-first.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('notebook');
  const views = page.getByRole('group', { name: 'View' });
  await expect(views.getByRole('button', { pressed: true })).toHaveText(['Notebook']);
  const cells = page.locator('.cell');
  await expect(cells).toHaveCount(2);
  // Its keys work at once, also beside the button that leads here.
  await page.keyboard.press('ArrowDown');
  await expect(cells.first()).toBeFocused();
  // Each below what feeds it.
  await expect(cells.first()).toHaveAttribute('data-cell', 'files');
  const chunk = page.getByTestId('cell-chunk');
  await expect(chunk).toContainText('size=128');

  await page.getByRole('navigation', { name: 'Outline' }).getByText('Files').click();
  await expect(cells.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(chunk).toBeFocused();
  await page.keyboard.press('k');
  await expect(cells.first()).toBeFocused();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const form = chunk.locator('.cell-form');
  await expect(form.locator('input, select, textarea').first()).toBeFocused();
  await form.getByLabel('Size', { exact: true }).fill('96');
  // Escape in the very field would take it back, as it does everywhere.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await expect(chunk).toBeFocused();
  await expect(chunk).toContainText('size=96');

  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+Enter');
  await expect(chunk).toHaveAttribute('data-status', 'succeeded', { timeout: 60_000 });
  await expect(chunk.locator('.cell-output')).toContainText('The eastern kiln is lit at 05:40');
  // The status and the output of an earlier run are there already.
  await expect.poll(() => readFile(file, 'utf8')).toContain('"size": 96');

  await expect(chunk.getByRole('button', { name: 'Fold the output' })).toHaveAttribute(
    'aria-expanded',
    'true',
  );
  await chunk.getByRole('button', { name: 'Fold the output' }).click();
  await expect(chunk.locator('.cell-output')).toHaveCount(0);
  await chunk.getByRole('button', { name: 'Show the output' }).click();
  await page.keyboard.press('Control+z');
  await expect(chunk).toContainText('size=128');

  // One document, whichever way it is looked at.
  await page.getByRole('button', { name: 'Canvas', exact: true }).click();
  await expect(bench.node('chunk')).toContainText('128');
});

test('a graph is built as a notebook, by the keys of notebooks', async ({ page, workspace }) => {
  await workspace.graph('built-as-page', chunking);
  await workspace.graph('from-nothing', { nodes: {} });
  const bench = new Workbench(page);
  await test.step('from the first cell on', async () => {
    await bench.open(workspace.url, 'from-nothing.graft.json');
    await page.getByRole('button', { name: 'Notebook', exact: true }).click();
    await expectAccessible(page, 'a notebook without a cell');
    await page.getByRole('button', { name: 'Add the first cell' }).click();
    await page.keyboard.type('chunk');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('cell-chunk')).toBeFocused();
    await expect(page.getByRole('button', { name: 'Add the first cell' })).toHaveCount(0);
  });
  await bench.open(workspace.url, 'built-as-page.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  const cells = page.locator('.cell');
  const chunk = page.getByTestId('cell-chunk');
  await expect(chunk.locator('.cell-links')).toContainText('documents from Files');

  // Runs and stays; the output is drawn higher, by hand and by keys.
  await page.getByRole('navigation', { name: 'Outline' }).getByText('Chunk').click();
  await expect(chunk).toBeFocused();
  await page.keyboard.press('Control+Enter');
  await expect(chunk).toHaveAttribute('data-status', 'succeeded', { timeout: 60_000 });
  await expect(chunk).toBeFocused();
  const output = chunk.locator('.cell-output');
  const edge = chunk.getByRole('separator', { name: 'Height of the output of Chunk' });
  await expect(output).toContainText('The eastern kiln is lit at 05:40');
  const height = await restingHeight(output);
  await edge.scrollIntoViewIfNeeded();
  const { x, y } = await boxOf(edge);
  await page.mouse.move(x + 200, y + 3);
  await page.mouse.down();
  await page.mouse.move(x + 200, y + 123, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Math.round((await boxOf(output)).height - height)).toBe(120);
  await edge.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => Math.round((await boxOf(output)).height - height)).toBe(80);
  // As it was, after a look at the canvas.
  await page.getByRole('button', { name: 'Canvas', exact: true }).click();
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect.poll(async () => Math.round((await boxOf(output)).height - height)).toBe(80);
  await edge.dblclick();
  await expect(edge).toHaveAttribute('aria-valuetext', 'automatic');
  await edge.press('ArrowDown');
  await expect(edge).toHaveAttribute('aria-valuetext', /pixels/);
  await edge.press('Enter');
  await expect(edge).toHaveAttribute('aria-valuetext', 'automatic');

  // A node below, connected; then away with it, and back.
  await chunk.focus();
  await page.keyboard.press('b');
  await expect(page.getByRole('option').first()).toContainText('Embed');
  await page.keyboard.type('embed');
  await page.keyboard.press('Enter');
  await expect(cells).toHaveCount(3);
  const embed = page.getByTestId('cell-embed');
  await expect(embed).toBeFocused();
  await expect(embed.locator('.cell-links')).toContainText('chunks from Chunk');
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await expect(cells).toHaveCount(2);
  await expect(chunk).toBeFocused();
  await page.keyboard.press('z');
  await expect(cells).toHaveCount(3);

  // What it is connected to is taken off and connected again by keys, and leads there.
  await embed.focus();
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByText('Disconnect chunks of Chunk to chunks of Embed').click();
  await embed.getByRole('button', { name: 'Connect chunks …' }).click();
  await page.keyboard.press('Enter');
  await embed.getByRole('button', { name: 'Chunk', exact: true }).click();
  await expect(chunk).toBeFocused();
});

/** Its height once two frames have left it as it is: rows are measured after they are drawn. */
async function restingHeight(locator: Locator): Promise<number> {
  let height = NaN;
  await expect(async () => {
    ({ height } = await boxOf(locator));
    await locator.page().evaluate(async () => {
      for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    });
    expect((await boxOf(locator)).height).toBe(height);
  }).toPass();
  return height;
}

async function boxOf(locator: Locator): Promise<{ x: number; y: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('It is not drawn.');
  return box;
}

test('a notebook is printed as a page, with all rows of its outputs', async ({
  page,
  workspace,
}) => {
  const asked = Array.from({ length: 260 }, (_, at) => `Question number ${String(at)}?`);
  await workspace.graph('on-paper', {
    nodes: {
      ...chunking.nodes,
      questions: { type: 'questions', params: { questions: asked.join('\n') } },
    },
    edges: chunking.edges ?? [],
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'on-paper.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect(page.getByTestId('cell-chunk')).toBeVisible();
  const rows = page.getByTestId('cell-questions').locator('[data-row]');
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(asked.length);
  await expect(page.getByTestId('cell-questions').locator('.output-bar')).toBeVisible();
  // A few rows are read at a glance.
  await expect(page.getByTestId('cell-chunk').locator('[data-row]').first()).toBeVisible();
  await expect(page.getByTestId('cell-chunk').locator('.output-bar')).toHaveCount(0);
  // What the browser draws on paper is what stands there once all have heard that it prints.
  await page.evaluate(() => {
    addEventListener('beforeprint', () => {
      const printed = document.querySelectorAll('[data-testid="cell-questions"] [data-row]');
      const { theme } = document.documentElement.dataset;
      document.body.dataset['printed'] = `${String(printed.length)} rows, ${String(theme)}`;
    });
  });
  await page.pdf();
  await expect(page.locator('body')).toHaveAttribute('data-printed', '260 rows, light');
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');
  await expect.poll(() => rows.count()).toBeLessThan(asked.length);
  // An opened form is read on paper: nothing in it can be pressed.
  await page.getByTestId('cell-files').focus();
  await page.keyboard.press('Enter');
  const form = page.getByTestId('cell-files').locator('.cell-form');
  await expect(form.getByRole('button').first()).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(form.getByRole('button')).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Outline' })).toBeHidden();
  await expect(form.locator('input, textarea').first()).toBeVisible();
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.locator('.cell-run').first()).toBeHidden();
  const cut = await page
    .locator('.cell-output')
    .evaluateAll((outputs) => outputs.some((one) => one.scrollHeight > one.clientHeight + 1));
  expect(cut).toBe(false);
});

test('the cells of a group stand together under its title', async ({ page, workspace }) => {
  const graph = {
    graft: 1,
    nodes: {
      files: { type: 'load-files', version: 1, params: { paths: ['notes/*.md'] } },
      chunk: { type: 'chunk', version: 1, params: { size: 128 } },
      embed: { type: 'embed', version: 1, params: {} },
    },
    edges: ['files.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
    groups: { search: { title: 'What is searched', x: 260, y: -60, width: 560, height: 300 } },
    layout: { files: [0, 0], chunk: [280, 0], embed: [560, 0] },
  };
  await giveFile(workspace.folder, 'in-groups.graft.json', JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'in-groups.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  const group = page.getByRole('region', { name: 'What is searched' });
  await expect(group.locator('.cell')).toHaveCount(2);
  await expect(group.locator('.cell').first()).toHaveAttribute('data-cell', 'chunk');
  await expect(page.getByTestId('cell-files')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Outline' })).toContainText('What is searched');
  await expectAccessible(page, 'a notebook with a group');
});

test('keys delete the cell that has the focus, and nothing else', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  const cells = page.locator('.cell');
  await expect(cells).toHaveCount(2);
  // Of the page, not of the nodes.
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Backspace');
  // Within a cell they belong to what has the focus there.
  await cells.first().getByRole('button', { name: /^Run / }).focus();
  await expect(cells.first()).toHaveAttribute('data-selected', 'true');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Backspace');
  await expect(cells).toHaveCount(2);

  await page.keyboard.press('Escape');
  await expect(cells.first()).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await expect(cells).toHaveCount(1);
  await expect(cells.first()).toHaveAttribute('data-cell', 'chunk');
  await page.keyboard.press('Control+z');
  await expect(cells).toHaveCount(2);
});
