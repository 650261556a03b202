import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './small-workspace.ts';
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
  await bench.more();
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const trusted = page.getByRole('group', { name: 'Trusted' });

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
  await expect(trusted.getByRole('alert')).toContainText('stands more than once');
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
