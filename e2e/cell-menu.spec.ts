import { expectAccessible } from './accessible.ts';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a cell of the notebook has a menu, by the right button and by key', async ({
  page,
  workspace,
}) => {
  await workspace.graph('cells', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'cells.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  const cell = page.getByTestId('cell-chunk');
  await cell.locator('header').click({ button: 'right' });
  await expect(menuItem(page, 'Run up to')).toBeVisible();
  await expectAccessible(page, 'the menu of a cell');
  await menuItem(page, 'Duplicate').click();
  await expect(page.getByTestId('cell-chunk-2')).toBeVisible();
  await page.getByTestId('cell-chunk-2').focus();
  await page.keyboard.press('Shift+F10');
  await menuItem(page, 'Delete').click();
  await expect(page.getByTestId('cell-chunk-2')).toHaveCount(0);
  await expect(cell).toBeVisible();
});
