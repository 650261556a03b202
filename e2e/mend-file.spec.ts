import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a file that is no graph is named, and mended as text', async ({ page, workspace }) => {
  await workspace.graph('broken-text', chunking);
  const file = path.join(workspace.folder, 'broken-text.graft.json');
  const whole = await readFile(file, 'utf8');
  await writeFile(file, whole.replace('"graft": 1,', '"graft": 1,\n  oops'));
  const bench = new Workbench(page);
  await bench.load(workspace.url, 'broken-text.graft.json');
  const notice = page.getByTestId('notice');
  await expect(notice).toContainText('broken-text.graft.json: The file is not valid JSON (line ');
  await notice.getByRole('button', { name: 'Open as text' }).click();
  const dialog = page.getByRole('dialog', { name: 'broken-text, as text' });
  const text = dialog.getByRole('textbox', { name: 'Text of broken-text' });
  await expect(text).toContainText('oops');
  await test.step('it is saved as graphs are: not while it is none', async () => {
    await dialog.getByRole('button', { name: 'Save and open' }).click();
    await expect(dialog.getByRole('alert')).toContainText('line');
    expect(await readFile(file, 'utf8')).toContain('oops');
    await expectAccessible(page, 'a broken file as text');
  });
  await test.step('nothing that was typed is lost without a question', async () => {
    const asked = dialog.getByRole('alertdialog', { name: 'Your changes are not saved.' });
    await text.fill(whole.replace('"graft": 1,', '"graft": 1, oops,'));
    await page.keyboard.press('Escape');
    await asked.getByRole('button', { name: 'Keep editing' }).click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await asked.getByRole('button', { name: 'Keep editing' }).click();
    await expect(text).toContainText('oops,');
  });
  await test.step('what was saved meanwhile is overwritten only where that is asked for', async () => {
    const other = `${whole}\n`;
    await writeFile(file, other);
    await text.fill(whole);
    await dialog.getByRole('button', { name: 'Save and open' }).click();
    const asked = dialog.getByRole('alertdialog');
    await asked.getByRole('button', { name: 'Reload the file' }).click();
    await expect(asked).toHaveCount(0);
    await writeFile(file, whole.replace('"graft": 1,', '"graft": 1,\n  oops'));
    await text.fill(whole);
    await dialog.getByRole('button', { name: 'Save and open' }).click();
    expect(await readFile(file, 'utf8')).toContain('oops');
    await asked.getByRole('button', { name: 'Overwrite the file' }).click();
  });
  await expect(dialog).toHaveCount(0);
  await expect(bench.node('chunk')).toBeVisible();
});
