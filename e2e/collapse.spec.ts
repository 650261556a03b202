import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('nodes are folded to their titles and unfolded, by key, menu and command menu, and stay so in the file', async ({
  page,
  workspace,
}) => {
  await workspace.graph('folded', {
    nodes: {
      ...chunking.nodes,
      join: { type: 'embed' },
      // Several inputs, which share the edge of a folded card.
      context: { type: 'retrieve' },
    },
    edges: [...(chunking.edges ?? []), 'chunk.chunks -> join.chunks'],
    layout: { files: [0, 0], chunk: [280, 0], join: [560, 0], context: [560, 200] },
  });
  const file = path.join(workspace.folder, 'folded.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'folded.graft.json');
  const height = async (id: string): Promise<number> =>
    (await bench.node(id).boundingBox())?.height ?? 0;
  /** Where the edge into the card of chunks ends. */
  const end = () =>
    page
      .locator('[data-id="files.documents -> chunk.documents"] .react-flow__edge-path')
      .evaluate((way) => {
        if (!(way instanceof SVGPathElement)) return { x: NaN, y: NaN };
        const last = way.getPointAtLength(way.getTotalLength());
        const { x, y } = last.matrixTransform(way.getScreenCTM() ?? undefined);
        return { x, y };
      });
  const whole = await height('chunk');

  await test.step('by key, with all edges at their ports', async () => {
    await bench.select('chunk');
    await page.keyboard.press('h');
    await expect.poll(() => height('chunk')).toBeLessThan(whole / 2);
    await expect(bench.node('chunk').getByText('128')).toBeHidden();
    await expect(page.locator('.react-flow__edge')).toHaveCount(2);
    const box = await bench.node('chunk').boundingBox();
    if (box === null) throw new Error('the card is gone');
    const middle = box.y + box.height / 2;
    await expect(async () => {
      const into = await end();
      expect(Math.abs(into.x - box.x)).toBeLessThan(5);
      expect(Math.abs(into.y - middle)).toBeLessThan(5);
    }).toPass({ timeout: 10_000 });
  });

  await test.step('its ports are still there to be connected', async () => {
    await bench.select('context');
    await page.keyboard.press('h');
    await expect.poll(() => height('context')).toBeLessThan(60);
    const ports = bench.node('context').getByRole('button', { name: /^Input/ });
    expect(await ports.count()).toBeGreaterThan(1);
    const places = await ports.evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().y),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    await expectAccessible(page, 'folded cards');
  });

  await test.step('undone and redone, each as one step', async () => {
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(() => height('chunk')).toBeCloseTo(whole, 0);
    await page.keyboard.press('Control+y');
    await expect.poll(() => height('chunk')).toBeLessThan(whole / 2);
  });

  await test.step('a selection is folded whole and unfolded by the menus', async () => {
    await page.keyboard.press('Control+a');
    await page.keyboard.press('h');
    await expect.poll(() => height('join')).toBeLessThan(60);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Expand again');
    await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toHaveText(
      /^Expand again/,
    );
    await page.keyboard.press('Enter');
    await expect.poll(() => height('chunk')).toBeCloseTo(whole, 0);
    await bench.node('files').locator('header').click({ button: 'right' });
    await menuItem(page, 'Collapse to the title').click();
    await expect.poll(() => height('files')).toBeLessThan(60);
  });

  await test.step('kept in the file, which is without it again once all are unfolded', async () => {
    await page.keyboard.press('Control+s');
    await expect.poll(() => readFile(file, 'utf8')).toContain('"files": [0, 0, "collapsed"]');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    await page.reload();
    await expect.poll(() => height('files')).toBeLessThan(60);
    // Pressed again at once it does the opposite, also the first time.
    await bench.select('files');
    await page.keyboard.press('h');
    await page.keyboard.press('h');
    await expect(bench.node('files')).toHaveAttribute('data-folded', 'true');
    await expect(page.getByTestId('announcement')).toContainText('Collapsed 1 node');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('h');
    await expect.poll(() => height('files')).toBeGreaterThan(60);
    await page.keyboard.press('Control+s');
    await expect.poll(() => readFile(file, 'utf8')).not.toContain('collapsed');
  });
});
