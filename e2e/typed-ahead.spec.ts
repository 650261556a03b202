import { menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('keys that are pressed before a field has come are pressed in it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('ahead', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'ahead.graft.json');
  await bench.select('chunk');
  const note = page.getByLabel('Note, in Markdown');

  await test.step('in a note', async () => {
    await page.keyboard.press('n');
    await page.keyboard.type('How it is cux');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('t');
    await expect(note).toHaveValue('How it is cut');
    await page.keyboard.press('Escape');
  });
  await test.step('in the name of a file', async () => {
    const row = page.locator('[data-file="ahead.graft.json"] button').first();
    await row.focus();
    await page.keyboard.press('F2');
    await page.keyboard.type('before');
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-file="before.graft.json"]')).toBeVisible();
  });
  await test.step('in the command menu, and the dialog that a command opens', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('new graph');
    await page.keyboard.press('Enter');
    await page.keyboard.type('mine');
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-file="mine.graft.json"] button').first()).toHaveAttribute(
      'aria-current',
      'true',
    );
  });
});

test('no letter is lost that is typed right after Rename in a menu', async ({
  page,
  workspace,
}) => {
  // Timers that fire late, as on a busy machine.
  await page.addInitScript(() => {
    const plain = globalThis.setTimeout;
    const late = (act: TimerHandler, ms = 0, ...rest: unknown[]): number =>
      plain(act, ms === 0 ? 300 : ms, ...rest);
    Object.assign(globalThis, { setTimeout: late });
  });
  await workspace.graph('renamed', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'renamed.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  const cell = page.getByTestId('cell-chunk');
  await cell.focus();
  await page.keyboard.press('Shift+F10');
  await menuItem(page, 'Rename').click();
  await page.keyboard.type('Cut small');
  await page.keyboard.press('Enter');
  await expect(cell.getByRole('heading')).toHaveText('Cut small');
});
