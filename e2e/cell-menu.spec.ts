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

  await test.step('with what its keys do', async () => {
    const ofCell = async (name: string): Promise<void> => {
      await cell.focus();
      await page.keyboard.press('Shift+F10');
      await menuItem(page, name).click();
    };
    await ofCell('Parameters');
    await expect(cell.getByLabel('Method', { exact: true })).toBeFocused();
    await page.keyboard.press('Escape');
    await ofCell('Rename');
    await page.keyboard.type('Cut small');
    await page.keyboard.press('Enter');
    await expect(cell.getByRole('heading')).toHaveText('Cut small');
    await expect(cell).toBeFocused();
    await page.keyboard.press('F2');
    await page.keyboard.press('Escape');
    await expect(cell).toBeFocused();
    await page.keyboard.press('z');
    await expect(cell.getByRole('heading')).toHaveText('Chunk');
    await ofCell('Show it on the canvas');
    await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
    await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  });
  await test.step('so has a row of what came out', async () => {
    await bench.run();
    await expect(cell).toHaveAttribute('data-status', 'succeeded', { timeout: 60_000 });
    const row = page.getByTestId('cell-files').locator('[data-row]').first();
    await row.getByRole('button').first().click({ button: 'right' });
    await expect(menuItem(page, 'Copy this row as JSON')).toBeVisible();
    await expect(menuItem(page, 'Delete')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await row.getByRole('button').first().focus();
    await page.keyboard.press('Shift+F10');
    await menuItem(page, 'Copy this row as text').click();
    await expect(page.getByText(/^Copied the row|blocked copying/)).toBeVisible();
  });
  await test.step('and a note', async () => {
    await cell.focus();
    await page.keyboard.press('a');
    await page.getByLabel('Note, in Markdown').fill('How it is cut.');
    await page.keyboard.press('Escape');
    const notes = page.locator('.prose-cell');
    await notes.first().click({ button: 'right' });
    await expect(menuItem(page, 'Run')).toHaveCount(0);
    await menuItem(page, 'Duplicate').click();
    await expect(notes).toHaveCount(2);
    await notes.last().focus();
    await page.keyboard.press('Shift+F10');
    await menuItem(page, 'Delete').click();
    await expect(notes).toHaveCount(1);
    await notes.first().focus();
    await page.keyboard.press('ContextMenu');
    await menuItem(page, 'Edit the text').click();
    await expect(notes.getByRole('textbox')).toBeFocused();
  });
  await test.step('by which it moves', async () => {
    const order = (): Promise<readonly (string | null)[]> =>
      page
        .locator('.notebook-cells > [data-cell]')
        .evaluateAll((cells) => cells.map((one) => one.getAttribute('data-cell')));
    const [noted = null, files = null, chunk = null] = await order();
    expect([files, chunk]).toEqual(['files', 'chunk']);
    await page.keyboard.press('Escape');
    const notes = page.locator('.prose-cell');
    await notes.first().focus();
    await page.keyboard.press('Shift+F10');
    await expect(menuItem(page, 'Move up')).toBeDisabled();
    await menuItem(page, 'Move down').click();
    await expect.poll(order).toEqual([files, noted, chunk]);
    await expect(notes.first()).toBeFocused();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(order).toEqual([noted, files, chunk]);
    await expect(notes.first()).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect.poll(order).toEqual([files, noted, chunk]);
    await page.keyboard.press('Control+s');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    await page.reload();
    await expect.poll(order).toEqual([files, noted, chunk]);
  });
});
