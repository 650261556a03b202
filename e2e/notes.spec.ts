import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { giveFile, menuItem, typedIn } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

async function drag(page: Page, from: Locator, [x, y]: readonly [number, number]): Promise<void> {
  const box = await from.boundingBox();
  if (box === null) throw new Error('it is not on the screen');
  const [left, top] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left + x, top + y, { steps: 8 });
  await page.mouse.up();
}

test('notes and groups are written, moved, undone and saved on the canvas', async ({
  page,
  workspace,
}) => {
  await workspace.graph('noted', chunking);
  const file = path.join(workspace.folder, 'noted.graft.json');
  const saved = async () => JSON.parse(await readFile(file, 'utf8'));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'noted.graft.json');
  const note = page.getByTestId('note-note');
  const field = page.getByLabel('Note, in Markdown');

  await test.step('a note is added by key and written', async () => {
    await page.locator('.react-flow').focus();
    await page.keyboard.press('n');
    await expect(field).toBeFocused();
    await page.keyboard.type(
      '# Kilns\n\nLit **early**, see [the log](https://example.com/log).\n\n',
    );
    await page.keyboard.type('<b>no markup</b> [not](javascript:alert)');
    await page.keyboard.press('Control+s');
    const written = { note: { text: expect.stringContaining('no markup') } };
    await expect.poll(saved).toMatchObject({ notes: written });
    await expect(field).toBeFocused();
    await page.keyboard.press('Control+Enter');
    await expect(note.locator('strong')).toHaveText('early');
    await expect(note.getByRole('link')).toHaveCount(1);
    await expect(note.getByRole('link')).toHaveAttribute('rel', /noopener/);
    await expect(note).toContainText('<b>no markup</b> not');
  });

  await test.step('Enter begins again, Escape keeps what was written, and undo takes it back', async () => {
    const card = page.locator('[data-id="note:note"]');
    await card.focus();
    await page.keyboard.press('Enter');
    await expect(field).toBeFocused();
    await page.keyboard.type('kept');
    await page.keyboard.press('Escape');
    await expect(field).toHaveCount(0);
    await expect(note).toContainText('kept');
    await expect(card).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(note).not.toContainText('kept');
  });

  await test.step('its corner makes it larger', async () => {
    const before = await note.boundingBox();
    await note.hover();
    // Not down: the cards below are free of it.
    await drag(page, note.getByRole('button', { name: 'Resize the note' }), [60, 0]);
    await expect
      .poll(async () => (await note.boundingBox())?.width ?? 0)
      .toBeGreaterThan((before?.width ?? 0) + 40);
  });

  await test.step('it is moved away from the cards', async () => {
    const before = await note.boundingBox();
    await drag(page, note, [0, -90]);
    await expect
      .poll(async () => (await note.boundingBox())?.y ?? 0)
      .toBeLessThan((before?.y ?? 0) - 60);
  });

  await test.step('a note about a node', async () => {
    await bench.node('chunk').locator('header').click({ button: 'right' });
    await menuItem(page, 'Add a note about this node').click();
    await expect(field).toBeFocused();
    await page.keyboard.type('Small pieces.');
    await bench.canvas.click({ position: { x: 8, y: 8 } });
    await expect(page.getByTestId('note-note-2')).toHaveText('Small pieces.');
  });

  const group = page.getByTestId('group-group');
  await test.step('a group is drawn around what is selected, and moves it', async () => {
    await bench.select('files');
    await bench
      .node('chunk')
      .locator('header')
      .click({ modifiers: ['Shift'] });
    await page.keyboard.press('g');
    await expect(page.getByLabel('Title of the group')).toBeFocused();
    await page.keyboard.type('Into pieces');
    await page.keyboard.press('Enter');
    await expect(group).toContainText('Into pieces');
    const offset = async (): Promise<readonly number[]> => {
      const [of, card] = await Promise.all([
        group.boundingBox(),
        bench.node('chunk').boundingBox(),
      ]);
      return [card?.y ?? 0, Math.round((card?.y ?? 0) - (of?.y ?? 0))];
    };
    const [top = 0, within] = await offset();
    await drag(page, group.locator('.group-head'), [30, 40]);
    await expect.poll(async () => ((await offset())[0] ?? 0) - top).toBeGreaterThan(20);
    await expect.poll(async () => (await offset())[1]).toBe(within);
  });
  await expectAccessible(page, 'a canvas with notes and a group');

  await test.step('all is undone and redone', async () => {
    const undo = page.locator('.note, .canvas-group');
    for (let steps = 0; (await undo.count()) > 0 && steps < 20; steps++) {
      await page.keyboard.press('Control+z');
    }
    await expect(undo).toHaveCount(0);
    for (let steps = 0; steps < 20; steps++) await page.keyboard.press('Control+Shift+z');
    await expect(undo).toHaveCount(3);
    await expect(group).toContainText('Into pieces');
  });

  await test.step('saved and read again', async () => {
    await page.keyboard.press('Control+s');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    const { notes, groups } = await saved();
    expect(notes['note-2']).toMatchObject({ text: 'Small pieces.', about: 'chunk' });
    expect(groups.group).toMatchObject({ title: 'Into pieces' });
    await page.reload();
    await expect(note.locator('strong')).toHaveText('early');
    await expect(group).toContainText('Into pieces');
  });

  await test.step('a group that is deleted leaves what stands in it', async () => {
    await group.locator('.group-head').click();
    await page.keyboard.press('Delete');
    await expect(group).toHaveCount(0);
    await expect(page.locator('.node')).toHaveCount(2);
    await page.keyboard.press('Control+z');
    await expect(group).toHaveCount(1);
  });

  await test.step('in the notebook notes are prose, before the cells that they are about', async () => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Notebook', exact: true }).click();
    const parts = page.locator('.notebook-cells :is(.cell, .prose-cell)');
    const order = () =>
      parts.evaluateAll((all) => all.map((one) => one.getAttribute('data-cell') ?? ''));
    await expect.poll(order).toEqual(['note:note', 'files', 'note:note-2', 'chunk']);
    await expect(page.getByTestId('prose-note').getByRole('heading', { level: 2 })).toHaveText(
      'Kilns',
    );
    await page.getByTestId('cell-files').focus();
    await page.keyboard.press('a');
    await expect(field).toBeFocused();
    await page.keyboard.type('What is *read*.');
    await page.keyboard.press('Control+Enter');
    await expect.poll(order).toEqual(['note:note', 'note:note-3', 'files', 'note:note-2', 'chunk']);
    const prose = page.getByTestId('prose-note-3');
    await expect(prose.locator('em')).toHaveText('read');
    await expect(prose).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('cell-files')).toBeFocused();
    await expectAccessible(page, 'a notebook with prose');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Delete');
    await expect(prose).toHaveCount(0);
    await expect(page.locator('.cell')).toHaveCount(2);
  });
});

test('a note of a run of before stays as large as it was then', async ({ page, workspace }) => {
  const graph = JSON.parse(typedIn('When was the kiln lit last?'));
  const notes = { note: { text: 'As it was.', x: 80, y: 260, width: 200 } };
  await giveFile(workspace.folder, 'sized.graft.json', JSON.stringify({ ...graph, notes }));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'sized.graft.json');
  for (const status of ['succeeded', 'cached']) {
    await bench.run();
    await bench.reaches('questions', status);
  }
  await bench.tab('All runs');
  await page.getByTestId('run').nth(1).click();
  await expect(page.getByTestId('past-run')).toBeVisible();
  // The banner takes room from the canvas, which is fitted into the rest.
  await bench.holdsStill();
  const note = page.getByTestId('note-note');
  const size = async () => {
    const { width = NaN, height = NaN } = (await note.boundingBox()) ?? {};
    return [Math.round(width), Math.round(height)];
  };
  const before = await size();
  // Selected before, so that nothing else has it drawn anew.
  await note.click({ position: { x: 10, y: 10 } });
  await expect(note).toHaveAttribute('data-selected', 'true');
  await drag(page, note.getByRole('button', { name: 'Resize the note' }), [60, 40]);
  await expect(page.getByText('The graph of an earlier run cannot be edited')).toBeVisible();
  await expect.poll(size).toEqual(before);
});
