import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { dropFiles } from './drop-files.ts';
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
    await expect(row(1)).toHaveValue('');
    await page.getByRole('button', { name: 'Redo' }).click();
    await expect(row(1)).toHaveValue('notes/kilns.md');
  });

  await test.step('another of the name is never replaced unasked', async () => {
    await browse.click();
    await upload('kilns.md', 'Theirs.');
    await expect(dialog.getByRole('alert')).toContainText(
      'notes/kilns.md is already in the workspace',
    );
    await dialog.getByRole('button', { name: 'Keep both' }).click();
    await expect(row(2)).toHaveValue('notes/kilns-2.md');
    expect(await readFile(inWorkspace('notes/kilns-2.md'), 'utf8')).toBe('Theirs.');
    expect(await readFile(inWorkspace('notes/kilns.md'), 'utf8')).toContain('eastern kiln');
  });

  await test.step('a name that not every system can write is refused with the reason', async () => {
    await browse.click();
    await upload('aux.md', 'x');
    await expect(dialog.getByRole('alert')).toContainText('Windows reserves the name "aux"');
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

test('a path is completed while it is typed, by what is in the workspace and fits', async ({
  page,
  workspace,
}) => {
  await workspace.graph('paths', {
    nodes: { files: { type: 'load-files' }, rows: { type: 'load-rows' } },
    layout: { files: [0, 0], rows: [280, 0] },
  });
  const data = path.join(workspace.folder, 'data');
  await mkdir(data);
  for (const name of ['asked.jsonl', 'again.jsonl', 'notes.txt'])
    await writeFile(path.join(data, name), '');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'paths.graft.json');
  const field = page.getByRole('combobox', { name: 'File', exact: true });
  const list = page.getByRole('listbox', { name: 'Files and folders' });
  const options = list.getByRole('option');

  await test.step('one path, by keys: into a folder, and a file there that the node takes', async () => {
    await bench.select('rows');
    await field.click();
    await page.keyboard.type('da');
    await expect(options).toHaveText(['data/']);
    await expectAccessible(page, 'a path being completed');
    await page.keyboard.press('Enter');
    await expect(field).toHaveValue('data/');
    await expect(options).toHaveText(['again.jsonl', 'asked.jsonl']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(options.last()).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Tab');
    await expect(field).toHaveValue('data/asked.jsonl');
    await expect(field).toBeFocused();
    await expect(list).toHaveCount(0);
  });

  await test.step('Escape closes the list and leaves the field as it is; then it leaves the field', async () => {
    await page.keyboard.press('Control+A');
    await page.keyboard.type('data/ag');
    await expect(options).toHaveText(['again.jsonl']);
    await page.keyboard.press('Escape');
    await expect(list).toHaveCount(0);
    await expect(field).toHaveValue('data/ag');
    await expect(field).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await options.first().click();
    await expect(field).toHaveValue('data/again.jsonl');
    await expect(field).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Browse for File' })).toBeFocused();
  });

  await test.step('and from the workspace, where others are shown when they are asked for', async () => {
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Choose a file or a folder' });
    await expect(dialog.getByRole('option')).toHaveText([/^again.jsonl/, /^asked.jsonl/]);
    await expect(dialog.getByRole('button', { name: 'Use this folder' })).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Show 1 other file' }).click();
    await dialog.getByRole('option', { name: /notes.txt/ }).click();
    await expect(field).toHaveValue('data/notes.txt');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(field).toHaveValue('data/again.jsonl');
  });

  await test.step('in a list of files Enter takes what is marked, then adds a row', async () => {
    await bench.select('files');
    await page.keyboard.press('e');
    const row = (at: number) => page.getByLabel(`Files, row ${String(at)}`, { exact: true });
    await expect(row(1)).toBeFocused();
    await page.keyboard.type('notes/k');
    await expect(options).toHaveText(['kilns.md']);
    await page.keyboard.press('Enter');
    await expect(row(1)).toHaveValue('notes/kilns.md');
    await page.keyboard.press('Enter');
    await expect(row(2)).toBeFocused();
  });
  await test.step('of very many some are listed, and it is said how to come to the others', async () => {
    const many = path.join(data, 'many');
    await mkdir(many);
    await Promise.all(
      Array.from({ length: 510 }, (_, at) => writeFile(path.join(many, `${at}.jsonl`), '')),
    );
    await bench.select('rows');
    await field.fill('data/many/');
    await expect(options).toHaveCount(100);
    // Below the rows that are in sight, without a scroll.
    await expect(page.getByText('410 more. Type more')).toBeInViewport();
    await expect(options.last()).not.toBeInViewport();
    await field.press('Escape');
    await page.getByRole('button', { name: 'Browse for File' }).click();
    const dialog = page.getByRole('dialog', { name: 'Choose a file or a folder' });
    await expect(dialog.getByRole('option')).toHaveCount(500);
    await expect(dialog.getByText('10 more. Type part of a name')).toBeVisible();
    await page.keyboard.type('509');
    await expect(dialog.getByRole('option')).toHaveText([/^509.jsonl/]);
    await page.keyboard.press('Escape');
  });
  await rm(data, { recursive: true });
  await rm(path.join(workspace.folder, 'paths.graft.json'));
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
  const getIt = bench.node('files').getByRole('button', { name: 'Get it …' });
  const ways = page
    .getByRole('dialog', { name: 'What Files lacks' })
    .getByRole('group', { name: 'notes/gone.md is missing' });
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
    await expect(getIt).toBeVisible();
    await bench.select('files');
    await expect(page.getByTestId('inspector').getByTestId('file-remedies')).toBeVisible();
    await expectAccessible(page, 'a file that is not here');
    await getIt.click();
    await ways.getByRole('button', { name: 'Choose another file …' }).click();
    await dialog.getByRole('option', { name: /glazes.md/ }).click();
    await expect(row(2)).toHaveValue('notes/glazes.md');
    await expect(ways).toHaveCount(0);
    await expect(getIt).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(getIt).toBeVisible();
  });

  await test.step('it is uploaded', async () => {
    await getIt.click();
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

  await test.step('another of its name is asked about, and nothing else', async () => {
    const dataTransfer = await dropped('clay.md', 'Other clay.');
    await bench.canvas.dispatchEvent('drop', { dataTransfer, clientX: 700, clientY: 200 });
    const asked = page.getByRole('dialog', { name: 'Add files to the workspace' });
    await expect(asked.getByRole('alert')).toContainText('clay.md is already in the workspace');
    await expect(asked.getByRole('listbox')).toHaveCount(0);
    await expectAccessible(page, 'a file of a name that is taken');
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('a folder is taken with what is in it, and read as one', async () => {
    const shelf = path.join(workspace.folder, '.outside', 'shelf');
    await mkdir(path.join(shelf, 'deep'), { recursive: true });
    for (const name of ['a.md', 'deep/b.md', '.hidden.md'])
      await writeFile(path.join(shelf, name), `Of ${name}.`);
    await dropFiles(page, bench.canvas, [shelf]);
    await expect(row(1)).toHaveValue('shelf');
    await expect(page.getByTestId('matched-files')).toHaveText('2 files');
    expect(await readFile(path.join(workspace.folder, 'shelf/deep/b.md'), 'utf8')).toBe(
      'Of deep/b.md.',
    );
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('.react-flow__node')).toHaveCount(2);
    for (const name of ['.outside', 'shelf'])
      await rm(path.join(workspace.folder, name), { recursive: true });
  });

  await test.step('and so in the notebook', async () => {
    const view = page.getByRole('group', { name: 'View' });
    await view.getByRole('button', { name: 'Notebook' }).click();
    await expect(page.locator('.cell')).toHaveCount(2);
    const clay = path.join(workspace.folder, 'notes/kilns.md');
    await dropFiles(page, page.locator('.notebook-page'), [clay]);
    await expect(page.locator('.cell')).toHaveCount(3);
    expect(await readFile(path.join(workspace.folder, 'kilns.md'), 'utf8')).toContain('Kilns');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('.cell')).toHaveCount(2);
    await view.getByRole('button', { name: 'Canvas' }).click();
  });

  await test.step('a graph dropped onto the list of files is opened', async () => {
    const text = JSON.stringify({ graft: 1, nodes: {}, edges: [] });
    const dataTransfer = await dropped('sent-over.graft.json', text);
    await page.getByRole('region', { name: 'Workspace' }).dispatchEvent('drop', { dataTransfer });
    await expect(page.getByRole('navigation', { name: 'File' })).toContainText('sent-over');
  });
  for (const name of ['gone.graft.json', 'sent-over.graft.json', 'clay.md', 'kilns.md'])
    await rm(path.join(workspace.folder, name));
});
