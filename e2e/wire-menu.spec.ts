import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a wire let go on the empty canvas opens the menu there, the usual next step first', async ({
  page,
  workspace,
}) => {
  await workspace.graph('wire-menu', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      other: { type: 'load-files', params: { paths: ['notes/k*.md'] } },
    },
    layout: { files: [0, 0], other: [300, 120] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'wire-menu.graft.json');
  const menu = page.getByRole('dialog', { name: 'Command menu' });
  const letGo = async (): Promise<{ readonly x: number; readonly y: number }> => {
    const [from, pane] = await Promise.all([
      page.getByTestId('handle-files-documents').boundingBox(),
      bench.canvas.boundingBox(),
    ]);
    if (from === null || pane === null) throw new Error('The canvas is not drawn.');
    const to = { x: Math.round(pane.x + 0.45 * pane.width), y: Math.round(pane.y + 60) };
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 8 });
    await page.mouse.up();
    await expect(menu).toBeVisible();
    return to;
  };

  await test.step('where it was let go, and within the window', async () => {
    const to = await letGo();
    await expect
      .poll(async () => {
        const box = await menu.boundingBox();
        return box === null ? null : [box.x, box.y];
      })
      .toEqual([to.x, to.y]);
    await expect(menu.getByRole('option').first()).toContainText('Chunk');
    await expectAccessible(page, 'the menu at a wire');
    await page.keyboard.press('Escape');
    await expect(menu).toHaveCount(0);
  });
  await test.step('Enter takes it, and the new card covers no other', async () => {
    await letGo();
    await page.keyboard.press('Enter');
    await expect(page.locator('.react-flow__edge')).toHaveCount(1);
    await expect(bench.node('chunk')).toBeVisible();
    await expect
      .poll(async () => {
        const boxes = await Promise.all(
          ['files', 'other', 'chunk'].map((id) => bench.node(id).boundingBox()),
        );
        const [files, other, chunk] = boxes;
        if (!files || !other || !chunk) return 'not drawn';
        const covers = [files, other].some(
          (box) =>
            chunk.x < box.x + box.width &&
            box.x < chunk.x + chunk.width &&
            chunk.y < box.y + box.height &&
            box.y < chunk.y + chunk.height,
        );
        return covers ? 'covers one' : 'free';
      })
      .toBe('free');
  });
});
