import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Files → chunks → all of them again, so that something is below the chunks. */
const sampled = (size: number): SmallGraph => ({
  nodes: {
    files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
    chunk: { type: 'chunk', params: { size } },
    sample: { type: 'sample-rows', params: { type: 'chunks', share: 1 } },
  },
  edges: ['files.documents -> chunk.documents', 'chunk.chunks -> sample.rows'],
  layout: { files: [0, 0], chunk: [280, 0], sample: [560, 0] },
});

const dialog = (page: Page): Locator => page.getByTestId('rows-dialog');
const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Rows' });
const changes = (page: Page): Locator => page.getByTestId('changes');
const field = (page: Page, name: string): Locator =>
  page.getByRole('textbox', { name, exact: true });

/** Runs the graph, and opens the editor on its chunks. */
async function editChunks(bench: Workbench): Promise<void> {
  const { page } = bench;
  await bench.run();
  await bench.reaches('sample', 'succeeded');
  await bench.select('chunk');
  await bench.tab('Output');
  await page.getByRole('button', { name: /^Edit this output/ }).click();
  await expect(dialog(page)).toBeVisible();
  await expect(list(page)).toBeFocused();
}

test('rows of an output are edited with the mouse, and what is below runs on them', async ({
  page,
  workspace,
}) => {
  await workspace.graph('edited', sampled(97));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'edited.graft.json');
  await editChunks(bench);
  const file = path.join(workspace.folder, 'frozen/edited/chunk.chunks.jsonl');
  const before = await readFile(file, 'utf8');

  // Found, changed, undone, done again.
  await page.getByRole('searchbox', { name: 'Filter the rows' }).fill('glaze no. 7');
  // The list is filtered a moment after the letters are there.
  await expect(list(page).getByRole('option')).toHaveCount(1);
  await list(page).getByRole('option').click();
  const text = field(page, 'text');
  await text.fill((await text.inputValue()).replace('Glaze no. 7', 'Glaze no. 9'));
  await expect(changes(page)).toHaveText('1 row changed');
  await page.getByRole('button', { name: 'Undo the last change to the rows' }).click();
  await expect(text).toHaveValue(/Glaze no\. 7/);
  await page.getByRole('button', { name: 'Redo the last change to the rows' }).click();
  await expect(text).toHaveValue(/Glaze no\. 9/);
  await page.getByRole('searchbox', { name: 'Filter the rows' }).fill('');

  // A copy, and a row too much.
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(changes(page)).toHaveText('1 row changed, 1 added');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(changes(page)).toHaveText('1 row changed');
  await changes(page).click();
  await expect(list(page).getByRole('option')).toHaveCount(1);

  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByTestId('notice')).toContainText(
    '1 row changed in frozen/edited/chunk.chunks.jsonl',
  );
  await expect(page.getByTestId('notice')).toContainText('2 will run');
  await expect(page.getByTestId('plan-line')).toContainText('2 will run');
  expect(await readFile(file, 'utf8')).toBe(before.replace('Glaze no. 7', 'Glaze no. 9'));

  await page.getByTestId('notice').getByRole('button', { name: 'Run' }).click();
  await bench.reaches('chunk', 'succeeded');
  await bench.reaches('sample', 'succeeded');
  await bench.select('sample');
  await bench.tab('Output');
  await expect(bench.output).toContainText('Glaze no. 9');

  // Where the rows are read from now, they are edited again, from the parameters too.
  await bench.select('chunk');
  await bench.tab('Parameters');
  await page.getByRole('button', { name: 'Edit the rows' }).click();
  await expect(list(page)).toContainText('Glaze no. 9');
  await field(page, 'text').fill('Once more.');
  await page.keyboard.press('Control+s');
  await expect(dialog(page)).toBeHidden();
  // They were changed for this graph, which is locked to them again: that they differ is no news.
  await expect(page.getByTestId('plan-line')).toContainText('2 will run');
  await expect(page.getByTestId('save-state')).toHaveText('saved');
  await expect(page.getByTestId('drift')).toBeHidden();
  // Freezing was one step.
  await bench.canvas.click({ position: { x: 8, y: 300 } });
  await page.keyboard.press('Control+z');
  await expect(bench.node('chunk')).not.toContainText('(frozen)');
});

test('rows are edited by keyboard, Escape loses nothing unseen, and what is no row is not saved', async ({
  page,
  workspace,
}) => {
  await workspace.graph('by-keys', sampled(98));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'by-keys.graft.json');
  await editChunks(bench);
  const file = path.join(workspace.folder, 'frozen/by-keys/chunk.chunks.jsonl');
  const before = await readFile(file, 'utf8');

  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(field(page, 'id')).toBeFocused();
  await page.keyboard.press('Tab');
  const text = field(page, 'text');
  await expect(text).toBeFocused();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' By hand.');
  await expect(changes(page)).toHaveText('1 row changed');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('Nothing changed')).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  await expect(text).toHaveValue(/By hand\.$/);

  // Escape asks; again, it goes on editing.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toContainText('1 row changed, not saved.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toBeHidden();
  await expect(text).toHaveValue(/By hand\.$/);

  // No row: said at its field and in the list, and not written.
  const start = field(page, 'source.start');
  await start.fill('x');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('alert').filter({ hasText: 'Not saved' })).toHaveText(
    'Not saved: row 1, field "source.start": expected number, received string.',
  );
  await expect(start).toHaveAttribute('aria-invalid', 'true');
  await list(page).focus();
  await page.keyboard.press('Control+s');
  await expect(start).toBeFocused();
  expect(await readFile(file, 'utf8')).toBe(before);
  await start.fill('0');
  await page.getByRole('textbox', { name: 'Name of another field of metadata' }).fill('kiln');
  await page.keyboard.press('Enter');
  await field(page, 'metadata.kiln').fill('eastern');
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page.getByRole('heading', { name: 'Row 2' })).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(dialog(page)).toBeHidden();
  const [row = ''] = (await readFile(file, 'utf8')).split('\n');
  expect(JSON.parse(row)).toMatchObject({
    text: expect.stringMatching(/By hand\.$/),
    metadata: { kiln: 'eastern' },
  });
});

test('keys in the rows are theirs, and leaving them unsaved leaves the node as it was', async ({
  page,
  workspace,
}) => {
  await workspace.graph('left', sampled(96));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'left.graft.json');
  await editChunks(bench);
  await page.keyboard.press('Delete');
  await expect(changes(page)).toHaveText('1 row deleted');
  await expect(bench.node('chunk')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(bench.node('chunk')).toBeVisible();
  await expect(bench.node('chunk')).not.toContainText('(frozen)');
  await expect(page.getByTestId('save-state')).toHaveText('saved');
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);
});

test('what was changed meanwhile is told, and overwritten only when one says so', async ({
  page,
  workspace,
}) => {
  await workspace.graph('conflicting', sampled(99));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'conflicting.graft.json');
  await editChunks(bench);
  const file = path.join(workspace.folder, 'frozen/conflicting/chunk.chunks.jsonl');
  const theirs = (await readFile(file, 'utf8')).replace('slow climb', 'quick climb');
  await writeFile(file, theirs);
  const text = field(page, 'text');
  await text.fill('Mine.');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  const told = page.getByRole('alertdialog');
  await expect(told).toContainText('Graft did not overwrite it');
  expect(await readFile(file, 'utf8')).toBe(theirs);
  await told.getByRole('button', { name: 'Keep editing' }).click();
  await expect(text).toHaveValue('Mine.');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await told.getByRole('button', { name: 'Reload the file' }).click();
  await expect(list(page)).toContainText('quick climb');
  await expect(page.getByText('Nothing changed')).toBeVisible();
  await expect(list(page)).toBeFocused();

  await writeFile(file, theirs.replace('quick', 'steady'));
  await text.fill('Mine again.');
  await page.keyboard.press('Control+s');
  await told.getByRole('button', { name: 'Overwrite the file' }).click();
  await expect(dialog(page)).toBeHidden();
  expect(await readFile(file, 'utf8')).toContain('Mine again.');
  expect(await readFile(file, 'utf8')).not.toContain('steady');
});

test('what is typed while the rows are being saved is not lost', async ({ page, workspace }) => {
  await workspace.graph('slowly', sampled(96));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'slowly.graft.json');
  await editChunks(bench);
  const file = path.join(workspace.folder, 'frozen/slowly/chunk.chunks.jsonl');
  const text = field(page, 'text');
  await text.fill('First.');
  let answer = (): void => undefined;
  const typed = new Promise<void>((resolve) => (answer = resolve));
  await page.route(
    /rows\.save/,
    async (route) => {
      const response = await route.fetch();
      await typed;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('First.');
  await text.fill('Second.');
  answer();
  const save = dialog(page).getByRole('button', { name: 'Save' });
  await expect(save).toHaveAttribute('aria-busy', 'false');
  await expect(text).toHaveValue('Second.');
  await save.click();
  await expect(dialog(page)).toBeHidden();
  expect(await readFile(file, 'utf8')).toContain('Second.');
});

test('rows that are too many for the page are left to an editor, by their path', async ({
  page,
  workspace,
}) => {
  const file = 'frozen/large/asked.jsonl';
  await mkdir(path.join(workspace.folder, 'frozen/large'), { recursive: true });
  const row = JSON.stringify({ question: 'x'.repeat(1_000) });
  await writeFile(path.join(workspace.folder, file), `${row}\n`.repeat(5_000));
  await workspace.graph('large-rows', {
    nodes: { asked: { type: 'load-rows', params: { type: 'questions', file } } },
    layout: { asked: [0, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'large-rows.graft.json');
  await bench.select('asked');
  await bench.node('asked').locator('header').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Edit the rows' }).click();
  await expect(dialog(page).getByRole('alert')).toHaveText(
    `These rows take 5.1 MB; you can edit up to 4 MB here. Edit the file with your editor: ${file}`,
  );
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('edit the rows');
  await expect(page.getByRole('option', { name: 'Edit the rows …' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('alert')).toBeVisible();
});
