import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { examples } from './served-workspace.ts';
import { giveFile, menuItem, typedIn } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

// What anyone expects on the first day, by real keys and a real mouse.

const fileRow = (page: Page, name: string): Locator => page.locator(`[data-file="${name}"]`);
const refusal = (page: Page, text: string): Locator =>
  page.getByRole('alert').filter({ hasText: text });
const zoomOf = (page: Page): Promise<number> =>
  page
    .locator('.react-flow__viewport')
    .evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);

test.describe('files', () => {
  test('are made in folders, and what is wrong with a name is said beside it', async ({
    page,
    workspace,
  }) => {
    await giveFile(workspace.folder, 'shelf/there.graft.json', typedIn('Why?'));
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'shelf/there.graft.json');
    await page.locator('[data-folder="shelf/"]').hover();
    await page.getByRole('button', { name: 'New graph in shelf' }).click();
    const dialog = page.getByRole('dialog');
    const name = dialog.getByLabel('Name', { exact: true });
    await expect(name).toHaveValue('shelf/ask-documents');
    await page.keyboard.type('there');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText('already exists');
    await name.fill('a/../x');
    // Nothing is promised that Create would refuse.
    await expect(dialog).toContainText('A name stays within the workspace');
    await expect(dialog).not.toContainText('a/../x.graft.json');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText('".."');
    await name.fill('shelf/fresh');
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(
      fileRow(page, 'shelf/fresh.graft.json').getByRole('button').first(),
    ).toHaveAttribute('aria-current', 'true');
  });

  test('are renamed where they stand, with unsaved changes', async ({ page, workspace }) => {
    await giveFile(workspace.folder, 'old-name.graft.json', typedIn('Why?'));
    await giveFile(workspace.folder, 'taken.graft.json', typedIn('Taken?'));
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'old-name.graft.json');
    await bench.select('questions');
    await bench.fill('Questions', 'Why not?');
    await expect(page.getByTestId('save-state')).toHaveText('unsaved');

    await fileRow(page, 'old-name.graft.json').dblclick();
    const field = page.getByLabel('New name of old-name');
    await field.fill('taken');
    await page.keyboard.press('Enter');
    await expect(refusal(page, 'The file taken.graft.json already exists')).toBeVisible();
    await field.fill('new-name');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('new-name');
    await expect(fileRow(page, 'old-name.graft.json')).toHaveCount(0);
    await expect(page.getByTestId('save-state')).toHaveText('unsaved');

    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    expect(await readFile(path.join(workspace.folder, 'new-name.graft.json'), 'utf8')).toContain(
      'Why not?',
    );
    await fileRow(page, 'new-name.graft.json').getByRole('button').first().focus();
    await page.keyboard.press('F2');
    await page.keyboard.type('last-name');
    await page.keyboard.press('Enter');
    await expect(fileRow(page, 'last-name.graft.json')).toBeVisible();
  });

  test('are deleted, and come back byte for byte', async ({ page, workspace }) => {
    const text = `${typedIn('Why?')}\r\n   \n`;
    const file = await giveFile(workspace.folder, 'going.graft.json', text);
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'going.graft.json');
    await fileRow(page, 'going.graft.json').click({ button: 'right' });
    await menuItem(page, 'Delete').click();
    await expect(fileRow(page, 'going.graft.json')).toHaveCount(0);
    await expect(page.getByRole('navigation', { name: 'File' })).not.toHaveText('going');
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('going');
    expect(await readFile(file, 'utf8')).toBe(text);

    // By key: the focus stays in the list, where the next file is, and not at the selected node.
    await bench.select('questions');
    await fileRow(page, 'going.graft.json').getByRole('button').first().focus();
    await page.keyboard.press('Delete');
    await expect(fileRow(page, 'going.graft.json')).toHaveCount(0);
    await expect(page.locator('[data-file] button:focus')).toHaveCount(1);
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await expect(fileRow(page, 'going.graft.json')).toBeVisible();
  });

  test('that changed outside meanwhile are not deleted unseen', async ({ page, workspace }) => {
    const file = await giveFile(workspace.folder, 'moving.graft.json', typedIn('Why?'));
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'moving.graft.json');
    await page.getByTestId('node-questions').waitFor();
    // The change reaches the server with the deletion, before the page has heard of it.
    await page.route('**/graphs.delete**', async (route) => {
      await writeFile(file, typedIn('Changed by git'));
      await route.continue();
    });
    await fileRow(page, 'moving.graft.json').getByRole('button').first().focus();
    await page.keyboard.press('Delete');
    await expect(refusal(page, 'The file changed after Graft read it')).toBeVisible();
    expect(await readFile(file, 'utf8')).toContain('Changed by git');
  });

  test('are duplicated, and saved under another name', async ({ page, workspace }) => {
    const file = await giveFile(workspace.folder, 'first.graft.json', typedIn('Why?'));
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'first.graft.json');
    await fileRow(page, 'first.graft.json').hover();
    await page.getByRole('button', { name: 'More about first', exact: true }).click();
    await menuItem(page, 'Duplicate').click();
    await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('first-copy');

    await bench.select('questions');
    await bench.fill('Questions', 'Another one?');
    await page.keyboard.press('Control+Shift+S');
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('second');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('second');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    const copy = path.join(workspace.folder, 'first-copy.graft.json');
    expect(await readFile(copy, 'utf8')).toBe(await readFile(file, 'utf8'));
    expect(await readFile(path.join(workspace.folder, 'second.graft.json'), 'utf8')).toContain(
      'Another one?',
    );
  });

  test('keep what was typed right before a reload', async ({ page, workspace }) => {
    await workspace.graph('typed-last', chunking);
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'typed-last.graft.json');
    await bench.select('chunk');
    const size = page.getByLabel('Size', { exact: true });
    await size.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('77');
    await page.reload();
    await expect(page.getByTestId('save-state')).toHaveText('unsaved');
    await expect(bench.node('chunk')).toContainText('77 tokens');
  });

  test('keep the drafts of two tabs apart, also through a reload and a crash', async ({
    context,
    page,
    workspace,
  }) => {
    await giveFile(workspace.folder, 'both.graft.json', typedIn('Why?'));
    const keptIn = (tab: Page): Promise<string> =>
      tab.evaluate(() => Object.values(localStorage).join('\n'));
    const write = async (tab: Page, text: string): Promise<void> => {
      const bench = new Workbench(tab);
      await bench.open(workspace.url, 'both.graft.json');
      await bench.select('questions');
      await bench.fill('Questions', text);
      await expect.poll(() => keptIn(tab)).toContain(text);
    };
    const drawn = async (tab: Page): Promise<string> => {
      const bench = new Workbench(tab);
      await bench.select('questions');
      await bench.tab('Parameters');
      return tab.getByLabel('Questions', { exact: true }).inputValue();
    };
    const other = await context.newPage();
    await write(page, 'From the first tab');
    await write(other, 'From the second tab');
    // Neither takes the other's place, even until a page that is left writes its own once more.
    const kept = await keptIn(page);
    expect(kept).toContain('From the first tab');
    expect(kept).toContain('From the second tab');
    await page.reload();
    expect(await drawn(page)).toBe('From the first tab');
    await other.reload();
    expect(await drawn(other)).toBe('From the second tab');

    await other.close({ runBeforeUnload: false });
    const third = await context.newPage();
    await new Workbench(third).open(workspace.url, 'both.graft.json');
    expect(await drawn(third)).toBe('From the second tab');
    expect(await drawn(page)).toBe('From the first tab');
  });
});

test.describe('menus and keys', () => {
  test('rename a node where it stands, by mouse and by keys', async ({ page, workspace }) => {
    await giveFile(workspace.folder, 'titles.graft.json', typedIn('Why?'));
    const bench = new Workbench(page);
    await bench.open(workspace.url, 'titles.graft.json');
    const node = bench.node('questions');
    await node.locator('.node-title').dblclick();
    await page.keyboard.type('What people ask');
    await page.keyboard.press('Enter');
    await expect(node).toContainText('What people ask');
    await page.keyboard.press('F2');
    await page.keyboard.type('Nothing of this');
    await page.keyboard.press('Escape');
    await expect(node).toContainText('What people ask');
    await page.keyboard.press('Control+z');
    await expect(node).not.toContainText('What people ask');
  });

  test('offer what can be done to a node, an edge and the canvas', async ({ page, workspace }) => {
    const bench = new Workbench(page);
    await giveFile(
      workspace.folder,
      'menus.graft.json',
      await readFile(path.join(examples, 'lib/hybrid-retrieval.graft.json'), 'utf8'),
    );
    await bench.open(workspace.url, 'menus.graft.json');
    const nodes = page.locator('.react-flow__node');
    const edges = page.locator('.react-flow__edge');
    await expect(nodes).toHaveCount(9);

    await bench.node('embed').locator('header').click({ button: 'right' });
    await expect(bench.node('embed')).toHaveAttribute('data-selected', 'true');
    await menuItem(page, 'Duplicate').click();
    await expect(nodes).toHaveCount(10);

    // By keys alone: the menu of the selected node, its last item.
    await page.keyboard.press('Shift+F10');
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect(nodes).toHaveCount(9);

    await bench.select('embed');
    await page.keyboard.press('ContextMenu');
    await menuItem(page, 'Select').press('ArrowRight');
    await menuItem(page, 'Nodes it needs').click();
    await expect(page.locator('.react-flow__node.selected')).toHaveCount(4);

    const middle = await page
      .locator('[data-id="chunk.chunks -> embed.chunks"] path')
      .first()
      .evaluate((path: SVGPathElement) => {
        const { x, y } = path.getPointAtLength(path.getTotalLength() / 2);
        const at = new DOMPoint(x, y).matrixTransform(path.getScreenCTM() ?? new DOMMatrix());
        return { x: at.x, y: at.y };
      });
    await page.mouse.click(middle.x, middle.y, { button: 'right' });
    await menuItem(page, 'Delete the connection').click();
    await expect(edges).toHaveCount(7);
    await page.keyboard.press('Control+z');
    await expect(edges).toHaveCount(8);

    await bench.canvas.click({ button: 'right', position: { x: 60, y: 560 } });
    await menuItem(page, 'Select all').click();
    await expect(page.locator('.react-flow__node.selected')).toHaveCount(9);
  });

  test('zoom, fit, and tell of themselves', async ({ page, workspace }) => {
    const bench = new Workbench(page);
    await giveFile(
      workspace.folder,
      'zoomed.graft.json',
      await readFile(path.join(examples, 'lib/hybrid-retrieval.graft.json'), 'utf8'),
    );
    await bench.open(workspace.url, 'zoomed.graft.json');
    await page.keyboard.press('Control+0');
    await expect.poll(() => zoomOf(page)).toBeCloseTo(1, 2);
    await page.keyboard.press('Control+=');
    await expect.poll(() => zoomOf(page)).toBeCloseTo(1.25, 2);
    await page.keyboard.press('Control+-');
    await page.keyboard.press('Control+-');
    await expect.poll(() => zoomOf(page)).toBeLessThan(0.9);
    await page.keyboard.press('Shift+Digit1');
    await expect.poll(() => zoomOf(page)).toBeGreaterThan(0.5);
    await bench.select('retrieve');
    await page.keyboard.press('Shift+Digit2');
    await expect.poll(() => zoomOf(page)).toBeGreaterThan(1.3);

    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(sheet).toContainText('Zoom in');
    await expect(sheet).toContainText('F2');
    // Nothing runs behind it.
    let started = 0;
    page.on('request', (request) => (started += request.url().includes('runs.start') ? 1 : 0));
    await page.keyboard.press('Control+Enter');
    await page.waitForTimeout(300);
    await page.keyboard.press('Escape');
    await expect(sheet).toHaveCount(0);
    expect(started).toBe(0);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/run a command/).fill('shortcuts');
    await page.keyboard.press('Enter');
    await expect(sheet).toBeVisible();
  });
});
