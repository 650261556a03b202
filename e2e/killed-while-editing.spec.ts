import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { killServers, killTabs, openField, withServer } from './kill-while-editing.ts';
import { browserTest as test, expect } from './served-workspace.ts';

test('a tab that is killed while one types comes back with what it kept', async ({ context }) => {
  await killTabs(context, 1);
});

test('a server that is killed while one types and saves leaves a whole file, and nothing is lost', async ({
  page,
}) => {
  await killServers(page, 1);
});

test('two tabs that type into one file never overwrite each other', async ({ context }) => {
  await withServer(async ({ folder, url }) => {
    const [one, other] = [await context.newPage(), await context.newPage()];
    await openField(one, url);
    await openField(other, url);
    await other.bringToFront();
    await other.keyboard.type(' other');
    await other.keyboard.press('Control+s');
    await expect(other.getByTestId('save-state')).toHaveText('saved');
    await one.bringToFront();
    await one.getByLabel('Questions', { exact: true }).focus();
    await one.keyboard.press('Control+End');
    await one.keyboard.type(' one');
    await one.keyboard.press('Control+s');
    const text = await readFile(path.join(folder, 'typed.graft.json'), 'utf8');
    expect(text).toContain('other');
  });
});
