import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a trainer is set by a preset, in one step of the history', async ({ page, workspace }) => {
  await workspace.graph('by-preset', {
    nodes: { train: { type: 'train-lora', params: { rank: 4 } } },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'by-preset.graft.json');
  await bench.select('train');
  await bench.tab('Parameters');
  const presets = page.getByRole('group', { name: 'Preset' });
  const epochs = page.getByLabel('Epochs', { exact: true });
  await expect(presets.getByRole('button', { pressed: true })).toHaveText('Usual');
  await expectAccessible(page, 'a form with presets');
  await presets.getByRole('button', { name: 'Thorough' }).click();
  await expect(epochs).toHaveValue('12');
  await expect(presets.getByRole('button', { pressed: true })).toHaveText('Thorough');
  // What it says nothing of stays.
  await expect(page.getByLabel('Rank', { exact: true })).toHaveValue('4');
  await epochs.fill('5');
  await expect(presets.getByRole('button', { pressed: true })).toHaveCount(0);
  await presets.getByRole('button', { name: 'Quick' }).click();
  await expect(epochs).toHaveValue('1');
  await bench.node('train').focus();
  await page.keyboard.press('Control+z');
  await expect(epochs).toHaveValue('5');
});

test('what a node type is used for is shown by the examples', async ({ page, workspace }) => {
  await workspace.graph('used-in', { nodes: { cut: { type: 'chunk' } } });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'used-in.graft.json');
  await bench.select('cut');
  await bench.tab('About');
  await expect(page.getByRole('region', { name: 'Example' })).toContainText('method=markdown');
  const used = page.getByRole('region', { name: 'Used in' });
  await expect(used.getByRole('button').first()).toHaveText('rag-quickstart');
  await expectAccessible(page, 'what a node type is used for');
});
