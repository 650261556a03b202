import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('an edge is led through points that are added, dragged, moved by keys, removed, copied and kept', async ({
  page,
  workspace,
}) => {
  await workspace.graph('bent', {
    ...chunking,
    layout: { files: [0, 0], chunk: [420, 0] },
  });
  const file = path.join(workspace.folder, 'bent.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'bent.graft.json');
  const edge = page.locator('[data-id="files.documents -> chunk.documents"]');
  const bends = edge.getByRole('button', { name: /^Bend point/ });
  const middle = async (of: Locator): Promise<{ x: number; y: number }> => {
    const box = await of.boundingBox();
    if (box === null) throw new Error('it is not drawn');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  /** Pixels between a point and the edge as it is drawn. */
  const distance = (x: number, y: number): Promise<number> =>
    edge.locator('.react-flow__edge-path').evaluate(
      (way, at) => {
        if (!(way instanceof SVGPathElement)) return Infinity;
        const matrix = way.getScreenCTM() ?? undefined;
        const along = Array.from({ length: Math.ceil(way.getTotalLength()) }, (_, length) =>
          way.getPointAtLength(length).matrixTransform(matrix),
        );
        return Math.min(...along.map((point) => Math.hypot(point.x - at.x, point.y - at.y)));
      },
      { x, y },
    );
  const on = await middle(edge.locator('.react-flow__edge-path'));

  await test.step('added from the menu, and dragged to where the edge then runs', async () => {
    await page.mouse.click(on.x, on.y, { button: 'right' });
    await menuItem(page, 'Add a bend point').click();
    await expect(bends).toHaveCount(1);
    await expect(bends).toBeFocused();
    const from = await middle(bends);
    expect(Math.hypot(from.x - on.x, from.y - on.y)).toBeLessThan(6);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 10, from.y + 150, { steps: 8 });
    // The edge follows before it is let go.
    await expect.poll(() => distance(from.x + 10, from.y + 150)).toBeLessThan(6);
    await page.mouse.up();
    await expect.poll(() => distance(from.x + 10, from.y + 150)).toBeLessThan(6);
    await expectAccessible(page, 'a bend point');
  });

  await test.step('moved by the arrows, as one step of the history', async () => {
    const before = await middle(bends);
    await bends.focus();
    for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    await expect.poll(async () => (await middle(bends)).x - before.x).toBeGreaterThan(15);
    await expect.poll(async () => before.y - (await middle(bends)).y).toBeGreaterThan(15);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => Math.abs((await middle(bends)).x - before.x)).toBeLessThan(2);
  });

  await test.step('moved along with both of its cards', async () => {
    const before = await middle(bends);
    await page.keyboard.press('Control+a');
    const files = await middle(bench.node('files').locator('header'));
    await page.mouse.move(files.x, files.y);
    await page.mouse.down();
    await page.mouse.move(files.x, files.y + 60, { steps: 6 });
    await page.mouse.up();
    await expect.poll(async () => (await middle(bends)).y - before.y).toBeGreaterThan(40);
  });

  await test.step('copied with both of its cards, and kept in the file', async () => {
    await page.keyboard.press('Control+d');
    await expect(page.getByRole('button', { name: /^Bend point/ })).toHaveCount(2);
    await page.keyboard.press('Control+s');
    await expect
      .poll(() => readFile(file, 'utf8'))
      .toMatch(/"bends": \{\n.*"files-2\.documents -> chunk-2\.documents": \[\[\d+, \d+\]\]/);
    await page.keyboard.press('Control+z');
    await expect(page.getByRole('button', { name: /^Bend point/ })).toHaveCount(1);
  });

  await test.step('another by a double click on the edge; both are removed', async () => {
    const out = await middle(page.getByTestId('handle-files-documents'));
    await page.mouse.dblclick(out.x + 24, out.y);
    await expect(bends).toHaveCount(2);
    await expect(bends.first()).toBeFocused();
    await expect(bends.first()).toHaveAccessibleName(/^Bend point 1 of 2: documents of Files/);
    await page.keyboard.press('Delete');
    await expect(bends).toHaveCount(1);
    await expect(page.locator('.react-flow__node')).toHaveCount(2);
    const last = await middle(bends);
    await page.mouse.dblclick(last.x, last.y);
    await expect(bends).toHaveCount(0);
    await expect(edge).toHaveCount(1);
    await page.keyboard.press('Control+z');
    // Without it, the menu would be that of the edge.
    await expect(bends).toHaveCount(1);
    await page.mouse.click(last.x, last.y, { button: 'right' });
    await menuItem(page, 'Remove the bend point').click();
    await expect(bends).toHaveCount(0);
  });

  await test.step('the file is without them when none is left', async () => {
    await page.keyboard.press('Control+s');
    await expect.poll(() => readFile(file, 'utf8')).not.toContain('bends');
  });
});
