import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('files are chosen from the workspace by keys, and brought there from this computer', async ({
  page,
  workspace,
}) => {
  await workspace.graph('brought', {
    ...chunking,
    nodes: { ...chunking.nodes, files: { type: 'load-files', params: {} } },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'brought.graft.json');
  await bench.select('files');
  const browse = page.getByRole('button', { name: 'Browse for Files' });
  const dialog = page.getByRole('dialog', { name: 'Choose a file or a folder' });
  const row = (at: number) => page.getByLabel(`Files, row ${String(at)}`, { exact: true });
  const inWorkspace = (name: string) => path.join(workspace.folder, name);
  const upload = async (name: string, text: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'Upload …' }).click();
    const buffer = Buffer.from(text);
    await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer });
  };

  await test.step('a file by keys, in one edit', async () => {
    await browse.focus();
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('option', { name: 'notes/' })).toBeVisible();
    await page.keyboard.type('notes');
    await expect(dialog.getByRole('option', { name: 'notes/' })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await expectAccessible(page, 'choosing a file');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('option', { name: /glazes.md/ })).toBeVisible();
    await page.keyboard.press('Backspace');
    await expect(dialog.getByRole('option', { name: 'notes/' })).toBeVisible();
    await page.keyboard.type('notes');
    await page.keyboard.press('Enter');
    await page.keyboard.type('kil');
    await expect(dialog.getByRole('option')).toHaveText([/kilns.md/]);
    await page.keyboard.press('Enter');
    await expect(row(1)).toHaveValue('notes/kilns.md');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(1)).toHaveCount(0);
    await page.getByRole('button', { name: 'Redo' }).click();
    await expect(row(1)).toHaveValue('notes/kilns.md');
  });

  await test.step('another of the name is never replaced unasked', async () => {
    await browse.click();
    await upload('kilns.md', 'Theirs.');
    await expect(dialog.getByRole('alert')).toContainText(
      'notes/kilns.md is in the workspace already',
    );
    await dialog.getByRole('button', { name: 'Keep both' }).click();
    await expect(row(2)).toHaveValue('notes/kilns-2.md');
    expect(await readFile(inWorkspace('notes/kilns-2.md'), 'utf8')).toBe('Theirs.');
    expect(await readFile(inWorkspace('notes/kilns.md'), 'utf8')).toContain('eastern kiln');
  });

  await test.step('a name that not every system can write is refused with the reason', async () => {
    await browse.click();
    await upload('aux.md', 'x');
    await expect(dialog.getByRole('alert')).toContainText('Windows keeps the name "aux"');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  });

  await test.step('what is dropped onto the field comes to where its files are', async () => {
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['Clay is wedged.'], 'clay.md', { type: 'text/markdown' }));
      return data;
    });
    await row(2).dispatchEvent('dragover', { dataTransfer: transfer });
    await row(2).dispatchEvent('drop', { dataTransfer: transfer });
    await expect(row(3)).toHaveValue('notes/clay.md');
    expect(await readFile(inWorkspace('notes/clay.md'), 'utf8')).toBe('Clay is wedged.');
    await expect(page.getByTestId('matched-files')).toHaveText('3 files');
  });
  await rm(inWorkspace('brought.graft.json'));
});

test('a file that is not here is brought back from its node, and data is dropped onto the canvas', async ({
  page,
  workspace,
}) => {
  await workspace.graph('gone', {
    ...chunking,
    nodes: {
      ...chunking.nodes,
      files: { type: 'load-files', params: { paths: ['notes/kilns.md', 'notes/gone.md'] } },
    },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'gone.graft.json');
  const ways = page
    .locator('.react-flow')
    .getByRole('group', { name: 'notes/gone.md is not here' });
  const dialog = page.getByRole('dialog', { name: 'Choose a file or a folder' });
  const row = (at: number) => page.getByLabel(`Files, row ${String(at)}`, { exact: true });
  const dropped = (name: string, text: string) =>
    page.evaluateHandle(
      ([called, holds]) => {
        const data = new DataTransfer();
        data.items.add(new File([holds], called));
        return data;
      },
      [name, text] as const,
    );

  await test.step('another is chosen in its place, and undone', async () => {
    await expect(ways).toBeVisible();
    await bench.select('files');
    await expect(page.getByTestId('inspector').getByTestId('file-remedies')).toBeVisible();
    await expectAccessible(page, 'a file that is not here');
    await ways.getByRole('button', { name: 'Choose another file …' }).click();
    await dialog.getByRole('option', { name: /glazes.md/ }).click();
    await expect(row(2)).toHaveValue('notes/glazes.md');
    await expect(ways).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(ways).toBeVisible();
  });

  await test.step('it is uploaded', async () => {
    const chooser = page.waitForEvent('filechooser');
    await ways.getByRole('button', { name: 'Upload …' }).click();
    const buffer = Buffer.from('Found again.');
    await (await chooser).setFiles({ name: 'gone.md', mimeType: 'text/plain', buffer });
    await expect(dialog).toHaveCount(0);
    await expect(ways).toHaveCount(0);
    await expect(page.getByTestId('matched-files')).toHaveText('2 files');
  });

  await test.step('data dropped onto the canvas is read by a node, in one edit', async () => {
    const dataTransfer = await dropped('clay.md', 'Clay is wedged.');
    await bench.canvas.dispatchEvent('drop', { dataTransfer, clientX: 700, clientY: 200 });
    await expect(page.locator('.react-flow__node')).toHaveCount(3);
    await expect(row(1)).toHaveValue('clay.md');
    expect(await readFile(path.join(workspace.folder, 'clay.md'), 'utf8')).toBe('Clay is wedged.');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('.react-flow__node')).toHaveCount(2);
  });

  await test.step('a graph dropped onto the list of files is opened', async () => {
    const text = JSON.stringify({ graft: 1, nodes: {}, edges: [] });
    const dataTransfer = await dropped('sent-over.graft.json', text);
    await page.getByRole('region', { name: 'Workspace' }).dispatchEvent('drop', { dataTransfer });
    await expect(page.getByRole('navigation', { name: 'File' })).toContainText('sent-over');
  });
  for (const name of ['gone.graft.json', 'sent-over.graft.json', 'clay.md'])
    await rm(path.join(workspace.folder, name));
});
