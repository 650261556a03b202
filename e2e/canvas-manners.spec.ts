import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('the canvas makes room, keeps what has the focus in sight, and holds still', async ({
  page,
  workspace,
}) => {
  const node = { type: 'gather-rows', version: 1, params: {} };
  const text = Array.from({ length: 60 }, (_, line) => `Line ${line} of the log.`).join('\n\n');
  await writeFile(
    path.join(workspace.folder, 'manners.graft.json'),
    JSON.stringify({
      graft: 1,
      nodes: { a: node, b: node, c: node },
      layout: { a: [0, 0], b: [350, 0], c: [0, 140] },
      notes: { log: { text, x: 700, y: 0, width: 240 } },
    }),
  );
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'manners.graft.json');
  await expect(bench.node('a')).toBeVisible();
  const view = page.locator('.react-flow__viewport');
  const boxOf = async (id: string) => {
    const box = await bench.node(id).boundingBox();
    if (box === null) throw new Error(`${id} is not drawn`);
    return box;
  };
  const pane = await bench.canvas.boundingBox();
  if (pane === null) throw new Error('there is no canvas');
  /** Brings the selected card into the middle of the view, and waits until it is there. */
  const bringToMiddle = async (id: string): Promise<void> => {
    await page.keyboard.press('Shift+2');
    await expect
      .poll(async () => {
        const before = await view.getAttribute('style');
        await page.evaluate(async () => {
          for (let frames = 0; frames < 6; frames++) await new Promise(requestAnimationFrame);
        });
        const { x, width } = await boxOf(id);
        const isStill = (await view.getAttribute('style')) === before;
        return isStill ? Math.abs(x + width / 2 - (pane.x + pane.width / 2)) : Infinity;
      })
      .toBeLessThan(12);
  };

  await test.step('a long note is scrolled within', async () => {
    const note = page.getByRole('region', { name: 'Text of the note' });
    const before = await view.getAttribute('style');
    await note.hover();
    await page.mouse.wheel(0, 300);
    await expect.poll(() => note.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(100);
    expect(await view.getAttribute('style')).toBe(before);
    expect(await note.evaluate(({ clientHeight }) => clientHeight)).toBeLessThan(500);
    await expectAccessible(page, 'a long note');
  });

  await test.step('a marquee that begins at the border does not scroll', async () => {
    const before = await view.getAttribute('style');
    // Beside the border of the palette, which is taken hold of within 4 px.
    await page.mouse.move(pane.x + 6, pane.y + pane.height - 90);
    await page.mouse.down();
    await page.mouse.move(pane.x + 15, pane.y + pane.height - 60, { steps: 4 });
    await page.waitForTimeout(400);
    await page.mouse.up();
    expect(await view.getAttribute('style')).toBe(before);
  });

  await test.step('a node that is dropped between others stands beside them', async () => {
    const [a, c] = [await boxOf('a'), await boxOf('c')];
    await page.getByRole('button', { name: 'Add Chunk', exact: true }).dragTo(bench.canvas, {
      targetPosition: { x: a.x + 60 - pane.x, y: (a.y + a.height + c.y) / 2 - pane.y },
      force: true,
    });
    const added = await boxOf('chunk');
    for (const other of [a, c, await boxOf('b')])
      expect(
        added.x >= other.x + other.width ||
          other.x >= added.x + added.width ||
          added.y >= other.y + other.height ||
          other.y >= added.y + added.height,
      ).toBe(true);
    await page.keyboard.press('Control+z');
    await expect(bench.node('chunk')).toHaveCount(0);
  });

  await test.step('a node that is dropped at the edge of the canvas is wholly in sight', async () => {
    const least = await page.getByRole('complementary', { name: 'Palette' }).boundingBox();
    await page.getByRole('button', { name: 'Add Chunk', exact: true }).dragTo(bench.canvas, {
      targetPosition: { x: 4, y: pane.height / 2 },
    });
    await expect
      .poll(async () => (await boxOf('chunk')).x)
      .toBeGreaterThan((least?.x ?? 0) + (least?.width ?? Infinity));
    await page.keyboard.press('Control+z');
    await expect(bench.node('chunk')).toHaveCount(0);
  });

  await test.step('a new note lies on nothing', async () => {
    // With a card in the middle of the view.
    await bench.select('a');
    await bringToMiddle('a');
    await page.keyboard.press('n');
    const note = page.locator('.react-flow__node[data-id="note:note"]');
    await expect(note.getByRole('textbox')).toBeFocused();
    const own = await note.boundingBox();
    if (own === null) throw new Error('the note is not drawn');
    for (const other of [await boxOf('a'), await boxOf('b'), await boxOf('c')])
      expect(
        own.x >= other.x + other.width ||
          other.x >= own.x + own.width ||
          own.y >= other.y + other.height ||
          other.y >= own.y + own.height,
      ).toBe(true);
    await page.keyboard.type('Here.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(note).toHaveCount(0);
  });

  await test.step('a node that is reached by Tab is wholly in sight', async () => {
    await bench.select('a');
    // On its way, the view would take back what Tab brings into sight.
    await bringToMiddle('a');
    await expect
      .poll(async () => (await boxOf('b')).x + (await boxOf('b')).width)
      .toBeGreaterThan(pane.x + pane.width);
    // Columns are read from above.
    await page.locator('.react-flow__node[data-id="c"]').focus();
    await page.keyboard.press('Tab');
    await expect(page.locator('.react-flow__node[data-id="b"]')).toBeFocused();
    await expect
      .poll(async () => (await boxOf('b')).x + (await boxOf('b')).width)
      .toBeLessThan(pane.x + pane.width);
  });
});

test('seen from far, no card changes its size, and no edge its route', async ({
  page,
  workspace,
}) => {
  const title = 'A title of so many words that it takes several lines on its card';
  await writeFile(
    path.join(workspace.folder, 'far.graft.json'),
    JSON.stringify({
      graft: 1,
      nodes: {
        files: { type: 'load-files', version: 1, params: { paths: ['notes/*.md'] } },
        chunk: { type: 'chunk', version: 1, title },
      },
      edges: ['files.documents -> chunk.documents'],
      layout: { files: [0, 0], chunk: [262, 0] },
    }),
  );
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'far.graft.json');
  const far = page.locator('[data-far]');
  const drawn = () =>
    page.locator('.react-flow__node, .react-flow__edge-path').evaluateAll((all) =>
      all.map((element) =>
        element instanceof HTMLElement
          ? element.offsetHeight
          : // The renderer divides places by the zoom.
            element.getAttribute('d')?.replace(/[\d.]+/g, (figure) => (+figure).toFixed(1)),
      ),
    );
  await expect(far).toHaveAttribute('data-far', 'false');
  // The title may take another number of lines in the font that is still loading.
  await page.evaluate(async () => {
    await document.fonts.ready;
    // Cards are measured again then, and edges led around them.
    for (let frames = 0; frames < 6; frames++) await new Promise(requestAnimationFrame);
  });
  const near = await drawn();
  for (let presses = 0; presses < 12; presses++) await page.keyboard.press('Control+-');
  await expect(far).toHaveAttribute('data-far', 'true');
  // With the title everything else is laid out anew.
  await expect
    .poll(() =>
      bench
        .node('chunk')
        .locator('.node-title')
        .evaluate((text) => parseFloat(getComputedStyle(text, '::after').fontSize)),
    )
    .toBeGreaterThan(20);
  await expect.poll(drawn).toEqual(near);
});
