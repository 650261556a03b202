import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './served-workspace.ts';
import { Workbench } from './workbench.ts';

test('the quickstart is asked a question of one’s own, and its file stays as it is', async ({
  page,
  workspace,
}) => {
  const file = path.join(workspace.folder, 'rag-quickstart.graft.json');
  const before = await readFile(file, 'utf8');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-quickstart.graft.json');
  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  await page.getByLabel('Questions', { exact: true }).click();
  await page.keyboard.type('Who looks after a spare key to the gate?');
  await page.keyboard.press('Control+Enter');
  const answers = page.getByTestId('app-output-generate');
  await expect(answers).toContainText('Who looks after a spare key to the gate?', {
    timeout: 120_000,
  });
  // One question, and not the thirty-three of the file.
  await expect(answers).not.toContainText('What percentage goes to the museum');
  await expect(page.getByRole('button', { name: /^Run/ })).toBeVisible({ timeout: 120_000 });
  expect(await readFile(file, 'utf8')).toBe(before);
});
