import type { Page } from '@playwright/test';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Where a card is drawn, in pixels of the window. */
async function boxOf(bench: Workbench, id: string) {
  const box = await bench.node(id).boundingBox();
  if (box === null) throw new Error(`The card of ${id} is not drawn.`);
  return box;
}

/** The middle of an edge between two cards that stand beside each other. */
async function middleOf(bench: Workbench, from: string, to: string) {
  const path = bench.page.locator(
    `.react-flow__edge[data-id^="${from}."][data-id*="-> ${to}."] .react-flow__edge-path`,
  );
  return path.evaluate((drawn) => {
    if (!(drawn instanceof SVGPathElement)) throw new Error('No edge is drawn.');
    const { x, y } = drawn.getPointAtLength(drawn.getTotalLength() / 2);
    const place = new DOMPoint(x, y).matrixTransform(drawn.getScreenCTM() ?? undefined);
    return { x: place.x, y: place.y };
  });
}

const edge = (page: Page, name: string) =>
  page.getByRole('group', { name, exact: true }).or(page.locator(`[aria-label="${name}"]`));

test('puts a node on an edge, from the palette and from the canvas, and ends a wire on one', async ({
  page,
  workspace,
}) => {
  await workspace.graph('on-edge', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      chunk: { type: 'chunk', params: { size: 128 } },
      expand: { type: 'expand-hits' },
      hits: { type: 'retrieve' },
      rerank: { type: 'rerank' },
      more: { type: 'load-files', params: { paths: ['notes/k*.md'] } },
    },
    edges: ['files.documents -> chunk.documents', 'hits.hits -> rerank.hits'],
    layout: {
      ...{ files: [0, 0], chunk: [480, 0], more: [0, 220] },
      // No card fits between them.
      ...{ hits: [0, 440], rerank: [400, 440], expand: [310, 740] },
    },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'on-edge.graft.json');

  await test.step('a card without edges that is dragged onto an edge goes between its ends', async () => {
    /** Where the card and the edge are drawn, from a card that stays. */
    const drawn = async (): Promise<readonly number[]> => {
      const { x, y } = await boxOf(bench, 'hits');
      const places = [
        await boxOf(bench, 'expand'),
        await middleOf(bench, 'hits', 'rerank'),
      ] as const;
      return places.flatMap((place) => [place.x - x, place.y - y]);
    };
    const before = await drawn();
    const head = await boxOf(bench, 'expand');
    const { x, y } = await middleOf(bench, 'hits', 'rerank');
    await page.mouse.move(head.x + 60, head.y + 14);
    await page.mouse.down();
    const by = { x: x - (head.x + head.width / 2), y: y - (head.y + head.height / 2) };
    await page.mouse.move(head.x + 60 + by.x, head.y + 14 + by.y, { steps: 12 });
    await expect(page.locator('.react-flow__edge-path.under')).toHaveCount(1);
    // Away and back in one stroke: where it is let go counts.
    await page.mouse.move(head.x + 60 + by.x, head.y + 14 + by.y + 200);
    await page.mouse.move(head.x + 60 + by.x, head.y + 14 + by.y);
    await page.mouse.up();
    await expect(edge(page, 'Connection from hits of Retrieve to hits of Expand hits')).toHaveCount(
      1,
    );
    await expect(edge(page, 'Connection from hits of Expand hits to hits of Rerank')).toHaveCount(
      1,
    );
    await expect(edge(page, 'Connection from hits of Retrieve to hits of Rerank')).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(edge(page, 'Connection from hits of Retrieve to hits of Rerank')).toHaveCount(1);
    // And at its place. The edge went around the card, and takes a moment to go straight again.
    await page.keyboard.press('Control+z');
    await expect(async () => {
      const now = await drawn();
      for (const [at, place] of before.entries())
        expect(Math.abs((now[at] ?? Infinity) - place)).toBeLessThan(2);
    }).toPass();
  });

  await test.step('one from the palette, too', async () => {
    const { x, y } = await middleOf(bench, 'hits', 'rerank');
    const pane = await bench.canvas.boundingBox();
    if (pane === null) throw new Error('There is no canvas.');
    await page
      .getByRole('button', { name: 'Add Diversify', exact: true })
      .dragTo(bench.canvas, { targetPosition: { x: x - pane.x, y: y - pane.y }, force: true });
    await expect(edge(page, 'Connection from hits of Retrieve to hits of Diversify')).toHaveCount(
      1,
    );
    await expect(edge(page, 'Connection from hits of Diversify to hits of Rerank')).toHaveCount(1);
    await expect(page.getByTestId('announcement')).toContainText(
      'Added Diversify between hits of Retrieve and hits of Rerank',
    );
    // Nothing is covered by it: what comes after it has made room, and that goes back with it.
    await expect(async () => {
      const [before, added, after] = await Promise.all(
        ['hits', 'diversify', 'rerank'].map((id) => boxOf(bench, id)),
      );
      expect(added?.x).toBeGreaterThan((before?.x ?? 0) + (before?.width ?? 0));
      expect(after?.x).toBeGreaterThan((added?.x ?? 0) + (added?.width ?? 0));
    }).toPass();
  });

  await test.step('a wire let go on an edge takes the place of what it comes from', async () => {
    const { x, y } = await middleOf(bench, 'files', 'chunk');
    const port = await page.getByTestId('handle-more-documents').boundingBox();
    if (port === null) throw new Error('There is no port.');
    await page.mouse.move(port.x + port.width / 2, port.y + port.height / 2);
    await page.mouse.down();
    await page.mouse.move(x, y + 40, { steps: 5 });
    await page.mouse.move(x, y, { steps: 5 });
    await page.mouse.up();
    await expect(
      edge(page, 'Connection from documents of Files (more) to documents of Chunk'),
    ).toHaveCount(1);
    await expect(
      page.locator('[aria-label$="to documents of Chunk"].react-flow__edge'),
    ).not.toHaveCount(0);
  });

  await test.step('the edges of what is selected stand out', async () => {
    await bench.select('rerank');
    await expect(page.locator('.react-flow__edge-path.lit')).toHaveCount(1);
  });
});

test('a card that is dropped nearly in a row and a column stands in them', async ({
  page,
  workspace,
}) => {
  await workspace.graph('in-line', { ...chunking, layout: { files: [0, 0], chunk: [280, 160] } });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'in-line.graft.json');
  const pane = await bench.canvas.boundingBox();
  const [files, chunk] = [await boxOf(bench, 'files'), await boxOf(bench, 'chunk')];
  if (pane === null) throw new Error('There is no canvas.');
  // A card is held at its title, 60 pixels from its left and 17 from its top.
  await bench.drag('Questions', chunk.x - pane.x + 60 + 7, files.y - pane.y + 17 + 9);
  await bench.holdsStill();
  const [added, left, below] = await Promise.all(
    ['questions', 'files', 'chunk'].map((id) => boxOf(bench, id)),
  );
  expect(Math.abs((added?.x ?? 0) - (below?.x ?? 0))).toBeLessThan(1);
  expect(Math.abs((added?.y ?? 0) - (left?.y ?? 0))).toBeLessThan(1);
});

test('lines up, spreads out and tidies what is selected, and undoes it', async ({
  page,
  workspace,
}) => {
  const at = { a: [0, 10], b: [260, 60], c: [520, 620] } as const;
  const nodes = Object.fromEntries(
    Object.keys(at).map((id) => [id, { type: 'load-files', params: { paths: ['notes/*.md'] } }]),
  );
  await workspace.graph('arrange', { nodes, layout: at });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'arrange.graft.json');
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Align: left' }).click();
  const lefts = async () =>
    Promise.all(['a', 'b', 'c'].map(async (id) => (await boxOf(bench, id)).x));
  await expect(async () => {
    const [a = 0, b = 0, c = 0] = await lefts();
    expect(Math.abs(a - b) + Math.abs(b - c)).toBeLessThan(1);
  }).toPass();
  // Those that would lie on one another make room.
  const [above, under] = [await boxOf(bench, 'a'), await boxOf(bench, 'b')];
  expect(under.y).toBeGreaterThan(above.y + above.height);
  await page.getByRole('button', { name: 'Distribute down' }).click();
  await expect(async () => {
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => boxOf(bench, id)));
    if (a === undefined || b === undefined || c === undefined)
      throw new Error('Cards are missing.');
    expect(Math.abs(b.y - (a.y + a.height) - (c.y - (b.y + b.height)))).toBeLessThan(2);
  }).toPass();
  await page.getByRole('button', { name: 'Tidy the selection' }).click();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(async () => {
    const [a = 0, b = 0, c = 0] = await lefts();
    expect(b - a).toBeGreaterThan(5);
    expect(c - b).toBeGreaterThan(5);
  }).toPass();
  await expect(page.getByTestId('save-state')).toHaveText('saved');
});

test('Tidy asks for layers beside the page, and gets them', async ({ page, workspace }) => {
  await workspace.graph('tidied', { ...chunking, layout: { files: [0, 400], chunk: [0, 0] } });
  const bench = new Workbench(page);
  const failures: Error[] = [];
  page.on('pageerror', (error) => failures.push(error));
  await page.addInitScript(() => {
    const Plain = Worker;
    globalThis.Worker = class extends Plain {
      constructor(script: string | URL, options?: WorkerOptions) {
        super(script, options);
        this.addEventListener('message', ({ data }: MessageEvent<{ places?: object }>) =>
          console.log(
            `placed ${Object.keys(data.places ?? {})
              .sort()
              .join(' and ')}`,
          ),
        );
      }
    };
  });
  await bench.open(workspace.url, 'tidied.graft.json');
  const placed = page.waitForEvent('console', (told) => told.text() === 'placed chunk and files');
  await page.getByRole('button', { name: /^Tidy/ }).click();
  await placed;
  const across = async (): Promise<number> =>
    (await boxOf(bench, 'chunk')).x - (await boxOf(bench, 'files')).x;
  await expect.poll(across).toBeGreaterThan(100);
  expect(failures).toEqual([]);
});
