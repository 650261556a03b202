import type { CDPSession, Locator, Page } from '@playwright/test';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test.use({ hasTouch: true });

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Fingers on the screen. */
class Fingers {
  readonly #page: Page;
  readonly #session: CDPSession;

  constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  async #send(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    points: readonly Point[],
  ): Promise<void> {
    const touchPoints = points.map(({ x, y }, id) => ({ x, y, id }));
    await this.#session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }

  /** Moves fingers from places to others. */
  async drag(from: readonly Point[], to: readonly Point[]): Promise<void> {
    await this.#send('touchStart', from);
    for (let step = 1; step <= 8; step++) {
      const along = (a: number, b: number): number => a + ((b - a) * step) / 8;
      await this.#send(
        'touchMove',
        from.map(({ x, y }, at) => ({ x: along(x, to[at]?.x ?? x), y: along(y, to[at]?.y ?? y) })),
      );
      await this.#page.waitForTimeout(16);
    }
    await this.#send('touchEnd', []);
  }

  async tap(point: Point): Promise<void> {
    await this.#send('touchStart', [point]);
    await this.#send('touchEnd', []);
  }

  async rest(point: Point, ms: number): Promise<void> {
    await this.#send('touchStart', [point]);
    await this.#page.waitForTimeout(ms);
    await this.#send('touchEnd', []);
  }
}

async function middle(of: Locator): Promise<Point> {
  const box = await of.boundingBox();
  if (box === null) throw new Error('it is not drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('fingers pan, zoom, select, connect and ask for menus', async ({ page, workspace }) => {
  await workspace.graph('touched', {
    nodes: chunking.nodes,
    layout: { files: [0, 0], chunk: [280, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'touched.graft.json');
  const fingers = new Fingers(page, await page.context().newCDPSession(page));
  const files = bench.node('files');
  const width = async (): Promise<number> => (await files.boundingBox())?.width ?? 0;
  const pane = await middle(bench.canvas);
  const free = { x: pane.x, y: pane.y + 240 };

  await test.step('one finger pans', async () => {
    const before = await middle(files);
    await fingers.drag([free], [{ x: free.x + 40, y: free.y - 90 }]);
    await expect.poll(async () => (await middle(files)).y - before.y).toBeLessThan(-60);
    expect((await middle(files)).x).toBeGreaterThan(before.x + 20);
    await expect(files).toHaveAttribute('data-selected', 'false');
  });

  await test.step('two zoom', async () => {
    const before = await width();
    const [left, right] = [
      { x: free.x - 160, y: free.y },
      { x: free.x + 160, y: free.y },
    ];
    await fingers.drag(
      [left, right],
      [
        { x: left.x + 50, y: left.y },
        { x: right.x - 50, y: right.y },
      ],
    );
    await expect.poll(width).toBeLessThan(before * 0.85);
  });

  await test.step('a tap selects', async () => {
    await fingers.tap(await middle(files.locator('header')));
    await expect(files).toHaveAttribute('data-selected', 'true');
  });

  await test.step('a tap on a port and one on another connect', async () => {
    await fingers.tap(await middle(page.getByTestId('handle-files-documents')));
    await fingers.tap(await middle(page.getByTestId('handle-chunk-documents')));
    await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  });

  await test.step('a finger that rests opens the menu of what is under it', async () => {
    await fingers.rest(await middle(bench.node('chunk').locator('header')), 800);
    await expect(menuItem(page, 'Collapse to the title')).toBeVisible();
    await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
    await fingers.tap(await middle(menuItem(page, 'Collapse to the title')));
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect
      .poll(async () => (await bench.node('chunk').boundingBox())?.height)
      .toBeLessThan(60);
    // One that moves on pans instead.
    await fingers.drag([free], [{ x: free.x, y: free.y - 40 }]);
    await page.waitForTimeout(600);
    await expect(page.getByRole('menu')).toHaveCount(0);
  });

  await test.step('a graph is not zoomed out until it is a speck', async () => {
    const gather = [
      { x: free.x - 200, y: free.y },
      { x: free.x + 200, y: free.y },
    ];
    const close = [
      { x: free.x - 10, y: free.y },
      { x: free.x + 10, y: free.y },
    ];
    for (let times = 0; times < 3; times++) await fingers.drag(gather, close);
    await expect.poll(width).toBeLessThan(80);
    expect(await width()).toBeGreaterThan(30);
  });
});

test('titles on a phone are whole lines, on low cards too', async ({ page, workspace }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const types = ['load-files', 'chunk', 'contextualize', 'index', 'inject-context'];
  const cards = types.map((type, at) => [type, 262 * at] as const);
  await workspace.graph('narrow', {
    nodes: Object.fromEntries(types.map((type) => [type, { type }])),
    layout: Object.fromEntries(cards.map(([type, x]) => [type, [x, 0] as const])),
  });
  const bench = new Workbench(page);
  await bench.load(workspace.url, 'narrow.graft.json');
  await expect(page.locator('[data-far="true"] .node-title')).toHaveCount(types.length);
  await expect(async () => {
    const heights = await page.locator('.node-title').evaluateAll((titles) =>
      titles.map((title) => {
        const { height, lineHeight } = getComputedStyle(title, '::after');
        return { of: title.textContent, lines: parseFloat(height) / parseFloat(lineHeight) };
      }),
    );
    for (const { of, lines } of heights) expect(lines, of).toBeCloseTo(Math.round(lines), 1);
  }).toPass();
});
