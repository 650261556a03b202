import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { giveFile, menuItem, typedIn } from './small-graphs.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a graph that is sent is what it is, whatever was drawn on one of its name that was deleted', async ({
  page,
  workspace,
}) => {
  const { folder } = workspace;
  const name = 'sent.graft.json';
  await giveFile(folder, name, typedIn('Of the first.'));
  const bench = new Workbench(page);
  await bench.open(workspace.url, name);
  const questions = page.getByLabel('Questions', { exact: true });
  const row = page.locator(`[data-file="${name}"]`).getByRole('button').first();
  const bar = page.getByRole('region', { name: 'Workspace' });
  const drop = async (text: string): Promise<void> => {
    const dataTransfer = await page.evaluateHandle(
      ([called, holds]) => {
        const data = new DataTransfer();
        data.items.add(new File([holds], called));
        return data;
      },
      [name, text] as const,
    );
    await bar.dispatchEvent('drop', { dataTransfer });
  };
  await bench.select('questions');
  await questions.fill('Drawn on the first.');
  await row.click({ button: 'right' });
  await menuItem(page, 'Delete').click();
  await expect(page.getByTestId('notice')).toContainText('Deleted sent.');

  await test.step('it begins without a history', async () => {
    await drop(typedIn('Of the second.'));
    await expect(page.getByRole('navigation', { name: 'File' })).toContainText('sent');
    await bench.select('questions');
    await expect(questions).toHaveValue('Of the second.');
    await expect(page.getByRole('button', { name: 'Undo', exact: true }).first()).toBeDisabled();
  });

  await test.step('what was deleted comes back beside it', async () => {
    await page.getByTestId('notice').getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByTestId('notice')).toContainText(
      'A new file named sent exists. The deleted file was restored as sent-2.',
    );
    expect(await readFile(path.join(folder, 'sent-2.graft.json'), 'utf8')).toBe(
      typedIn('Of the first.'),
    );
  });

  await test.step('of two of a name both are graphs', async () => {
    await drop(typedIn('Of the third.'));
    await page.getByRole('button', { name: 'Keep both' }).click();
    await expect(page.getByRole('navigation', { name: 'File' })).toContainText('sent-3');
  });
  for (const one of ['sent', 'sent-2', 'sent-3']) await rm(path.join(folder, `${one}.graft.json`));
});

test('what another tab draws on a file outlives that tab, also where the file gives way to a new one', async ({
  page,
  context,
  workspace,
}) => {
  const name = 'given-way.graft.json';
  await giveFile(workspace.folder, name, typedIn('Saved.'));
  const other = await context.newPage();
  const drawing = new Workbench(other);
  const questions = other.getByLabel('Questions', { exact: true });
  await drawing.open(workspace.url, name);
  await drawing.select('questions');
  await questions.fill('Drawn, and not saved.');
  const drafts = () =>
    page.evaluate(() =>
      Object.entries(localStorage).filter(([key]) => key.startsWith('graft.draft:')),
    );
  const bench = new Workbench(page);
  await bench.open(workspace.url, name);
  await expect.poll(drafts).toHaveLength(1);
  const row = page.locator(`[data-file="${name}"]`).getByRole('button').first();
  await row.click({ button: 'right' });
  await menuItem(page, 'Delete').click();
  await expect(other.getByTestId('notice')).toContainText('deleted or moved outside');
  await bench.newGraph('given-way');
  await expect(other.getByTestId('notice')).toHaveText(
    /changed outside this page, and you have unsaved/,
  );
  expect((await drafts()).map(([, text]) => text).join()).toContain('Drawn, and not saved.');
  await expect(questions).toHaveValue('Drawn, and not saved.');
  await rm(path.join(workspace.folder, name));
});
