import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('the form of a node follows its method, and how far globs are trusted is a list', async ({
  page,
  workspace,
}) => {
  await workspace.graph('quality', {
    nodes: { rerank: { type: 'rerank' } },
    layout: { rerank: [80, 80] },
  });
  const file = path.join(workspace.folder, 'quality.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'quality.graft.json');
  await bench.select('rerank');
  await bench.tab('Parameters');
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const trusted = page.getByRole('group', { name: 'Trusted' });

  // The model that a method asks for is not among what is seldom needed.
  await field('Method').selectOption('cross-encoder');
  await expect(field('Cross-encoder')).toBeVisible();
  await field('Method').selectOption('late-interaction');
  await bench.more();
  await expect(field('Embedder')).toBeVisible();
  await expect(field('Cross-encoder')).toHaveCount(0);
  await expect(field('Prompt')).toHaveCount(0);
  await expect(trusted).toHaveCount(0);
  await field('Method').selectOption('cross-encoder');
  await expect(field('Cross-encoder')).toBeVisible();
  await expect(field('Embedder')).toHaveCount(0);
  await expect(field('RRF constant')).toHaveCount(0);
  await field('Quality').fill('0.2');
  await expect(field('RRF constant')).toBeVisible();

  const add = page.getByRole('button', { name: 'Add to Trusted' });
  await add.click();
  await expect(field('Trusted, name 1')).toBeFocused();
  await expect(field('Trusted, name 1')).toHaveAttribute('placeholder', '**/archive/**');
  await expect(add).toBeDisabled();
  await page.keyboard.type('**/a');
  await field('Trusted, value 1').fill('0,3');
  await add.click();
  // On its way it is the first one's name for a moment, which takes nothing from either.
  await page.keyboard.type('**/a');
  await field('Trusted, value 2').fill('1');
  await expect(trusted.getByRole('alert')).toContainText('appears more than once');
  await field('Trusted, name 2').press('End');
  await page.keyboard.type('b');
  await expect(trusted.getByRole('alert')).toHaveCount(0);
  await expect(field('Trusted, value 1')).toHaveValue('0.3');
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('{ "**/a": 0.3, "**/ab": 1 }');

  await field('Trusted, value 2').fill('2');
  await expect(page.getByRole('alert').filter({ hasText: 'trust' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove **/ab' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'trust' })).toHaveCount(0);
  await expect(field('Trusted, name 1')).toBeVisible();
  const reset = page.getByTitle('Default: ', { exact: false }).and(page.getByText('Reset'));
  await reset.last().click();
  await expect(field('Trusted, name 1')).toHaveCount(0);
});

test('a wrong value is told once, and of a list the row is marked that is wrong', async ({
  page,
  workspace,
}) => {
  await workspace.graph('wrong', {
    nodes: {
      rerank: {
        type: 'rerank',
        params: { quality: 0.2, trust: { '**/handbook/**': 0.9, '**/forum/**': 0.3 } },
      },
    },
    layout: { rerank: [80, 80] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'wrong.graft.json');
  await bench.select('rerank');
  await bench.more();
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const alerts = page.getByTestId('inspector').getByRole('alert');

  await test.step('a date that is none', async () => {
    await field('Today').fill('2026-13-45x');
    await expect(alerts.filter({ hasText: '"today"' })).toHaveCount(1);
    await field('Today').fill('2026-02-30');
    await expect(alerts.filter({ hasText: '"today"' })).toHaveText(
      /must be an existing day, or empty/,
    );
    await field('Today').fill('');
  });

  await test.step('a row', async () => {
    await field('Trusted, value 2').fill('5');
    await expect(alerts.filter({ hasText: 'forum' })).toHaveText(
      '"**/forum/**" of "trust" must be at most 1, but is 5.',
    );
    await expect(field('Trusted, value 2')).toHaveAttribute('aria-invalid', 'true');
    await expect(field('Trusted, value 1')).toHaveAttribute('aria-invalid', 'false');
  });
});

test('JSON that is not whole yet stays as typed, and the check says so', async ({
  page,
  workspace,
}) => {
  await workspace.graph('json', {
    nodes: {
      sql: { type: 'load-sql', params: { values: [1] } },
      other: { type: 'questions', params: { questions: 'Why?' } },
    },
    layout: { sql: [80, 80], other: [480, 80] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'json.graft.json');
  await bench.select('sql');
  await bench.more();
  const values = page.getByLabel('Values', { exact: true });
  await values.fill('[1, "two');
  await expect(page.getByText('Not valid JSON yet.')).toBeVisible();
  await expect(
    page.getByTestId('inspector').getByRole('alert').filter({ hasText: 'values' }),
  ).toHaveCount(1);
  // Also once somebody looked at another node.
  await bench.select('other');
  await bench.select('sql');
  await expect(values).toHaveValue('[1, "two');
  await values.fill('[1, "two"]');
  await expect(page.getByText('Not valid JSON yet.')).toBeHidden();
  await expect(values).toHaveValue('[1, "two"]');
  await expect(values).toHaveAttribute('aria-invalid', 'false');
});

test('parameters that were unfolded stay so behind other tabs and nodes', async ({
  page,
  workspace,
}) => {
  await workspace.graph('unfolded', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'unfolded.graft.json');
  await bench.select('files');
  const more = page
    .getByTestId('inspector')
    .locator('details')
    .filter({ has: page.getByText('More', { exact: true }) });
  await expect(more).not.toHaveAttribute('open');
  await bench.more();
  await expect(more).toHaveAttribute('open');
  await bench.tab('Output');
  await bench.tab('Parameters');
  await expect(more).toHaveAttribute('open');
  await bench.select('chunk');
  await expect(page.getByLabel('Size', { exact: true })).toBeVisible();
  await bench.select('files');
  await expect(more).toHaveAttribute('open');
  await bench.more();
  await bench.tab('Output');
  await bench.tab('Parameters');
  await expect(more).not.toHaveAttribute('open');
});

test('Escape in a row of a list takes back that row', async ({ page, workspace }) => {
  await workspace.graph('rows-back', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rows-back.graft.json');
  await bench.select('files');
  const row = (at: number) => page.getByLabel(`Files, row ${String(at)}`, { exact: true });
  const card = page.locator('.react-flow__node[data-id="files"]');
  await row(1).fill('notes/kilns.md');
  await row(1).press('Enter');
  await expect(row(2)).toBeFocused();
  await page.keyboard.type('notes/glazes.md');
  await page.keyboard.press('Enter');
  await expect(row(3)).toBeFocused();
  await page.keyboard.type('nothing');
  await page.keyboard.press('Escape');
  await expect(card).toBeFocused();
  await expect(row(3)).toHaveCount(0);
  await expect(row(1)).toHaveValue('notes/kilns.md');
  await expect(row(2)).toHaveValue('notes/glazes.md');
  await row(2).fill('notes/clay.md');
  await page.keyboard.press('Escape');
  await expect(row(2)).toHaveValue('notes/glazes.md');
  await expect(row(1)).toHaveValue('notes/kilns.md');
});

test('a parameter that is a box to mark stands in one line', async ({ page, workspace }) => {
  await workspace.graph('marked', {
    nodes: { files: { type: 'load-files', params: { paths: ['notes/*.md'] } } },
    layout: { files: [80, 80] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'marked.graft.json');
  await bench.select('files');
  await bench.tab('Parameters');
  const box = page.getByLabel('Subfolders', { exact: true });
  await box.uncheck();
  const row = page.locator('.group', { has: box });
  const reset = row.getByRole('button', { name: 'Reset' });
  const middle = async (part: typeof box): Promise<number> => {
    const { y, height } = (await part.boundingBox()) ?? { y: NaN, height: NaN };
    return y + height / 2;
  };
  expect(Math.abs((await middle(reset)) - (await middle(box)))).toBeLessThan(4);
  const top = (await row.boundingBox())?.y ?? NaN;
  expect((await middle(box)) - top).toBeLessThan(18);
});
