import { expectAccessible } from './accessible.ts';
import { countRenders } from './count-renders.ts';
import { expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Questions of 40 rows, each gathered and sampled in turn: more nodes in sight than are drawn one by one. */
function rowsOfNodes(): SmallGraph {
  const nodes: Record<string, SmallGraph['nodes'][string]> = {};
  const layout: Record<string, readonly [number, number]> = {};
  const edges: string[] = [];
  for (let row = 0; row < 40; row += 1) {
    nodes[`ask-${row}`] = { type: 'questions', params: { questions: `How hot is kiln ${row}?` } };
    layout[`ask-${row}`] = [0, row * 160];
    for (let column = 1; column < 6; column += 1) {
      nodes[`row-${row}-${column}`] = { type: column % 2 === 0 ? 'sample-rows' : 'gather-rows' };
      layout[`row-${row}-${column}`] = [column * 400, row * 160];
      const before = column === 1 ? `ask-${row}.questions` : `row-${row}-${column - 1}.rows`;
      edges.push(`${before} -> row-${row}-${column}.rows`);
    }
  }
  return { nodes, layout, edges };
}

test('a large graph is one picture from far, in which all can be pointed at', async ({
  page,
  workspace,
}) => {
  const graph = rowsOfNodes();
  await workspace.graph('large', graph);
  const bench = new Workbench(page);
  await page.addInitScript(countRenders);
  await bench.open(workspace.url, 'large.graft.json');
  const picture = page.locator('canvas.far-picture');
  const edges = page.locator('.react-flow__edge');
  const near = page.locator('.react-flow__node .node-head');
  await expect(picture).toBeVisible();
  await expect(page.locator('.react-flow__node')).toHaveCount(240);
  await expect(edges).toHaveCount(0);
  await expect(near).toHaveCount(0);
  await expectAccessible(page, 'a large graph from far');

  await test.step('a node has its name, and is whole when it is selected', async () => {
    const node = page.getByRole('article', { name: 'Gather rows, row-20-3' });
    await node.click();
    await expect(bench.node('row-20-3')).toHaveAttribute('data-selected', 'true');
    await expect(near).toHaveText(['Gather rows']);
  });

  await test.step('an edge is selected by a press, and can be taken away', async () => {
    const [from, to] = await Promise.all(
      ['row-10-1', 'row-10-2'].map((id) => bench.node(id).boundingBox()),
    );
    if (!from || !to) throw new Error('the nodes are not on the screen');
    // Ports of one row stand at one height, so that the edge is a straight line.
    const y = from.y + (from.height * 45) / 118;
    await page.mouse.click((from.x + from.width + to.x) / 2, y);
    await expect(page.locator('.react-flow__edge.selected')).toHaveCount(1);
    await page.keyboard.press('Delete');
    await expect(page.getByText('240 nodes · 199 connections')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(page.getByText('240 nodes · 200 connections')).toBeVisible();
  });

  /** What is rendered from the last look on, until two looks in a row find nothing. */
  const rendersUntilRest = async (): Promise<ReadonlySet<string>> => {
    const rendered = new Set<string>();
    for (let quiet = 0; quiet < 2;) {
      await page.waitForTimeout(150);
      const now = await page.evaluate(() => window.renders());
      for (const id of now) rendered.add(id);
      quiet = now.length === 0 ? quiet + 1 : 0;
    }
    return rendered;
  };
  const dragRenders = async (id: string): Promise<readonly string[]> => {
    const box = await bench.node(id).boundingBox();
    if (box === null) throw new Error(`${id} is not on the screen`);
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(12, box.height / 2)];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 6, y, { steps: 3 });
    await expect(bench.node(id)).toHaveAttribute('data-selected', 'true');
    await rendersUntilRest();
    await page.mouse.move(x + 30, y + 10, { steps: 10 });
    const rendered = await rendersUntilRest();
    await page.mouse.up();
    await page.keyboard.press('Control+z');
    const known = new Set([...Object.keys(graph.nodes), ...(graph.edges ?? [])]);
    return [...rendered].filter((one) => known.has(one)).sort();
  };

  const ownRenders = [
    'row-20-1.rows -> row-20-2.rows',
    'row-20-2',
    'row-20-2.rows -> row-20-3.rows',
  ];
  await test.step('a drag renders the node and its edges alone', async () => {
    expect(await dragRenders('row-20-2')).toEqual(ownRenders);
  });

  await test.step('many that are dragged together are one picture until they are let go', async () => {
    const before = await bench.node('row-20-2').boundingBox();
    await page.keyboard.press('Escape');
    await page.locator('.react-flow').focus();
    await page.keyboard.press('Control+a');
    await expect(page.getByText('240 nodes selected')).toBeVisible();
    if (before === null) throw new Error('the node is not on the screen');
    const [x, y] = [before.x + before.width / 2, before.y + 5];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 6, y, { steps: 3 });
    await rendersUntilRest();
    await page.mouse.move(x + 40, y + 20, { steps: 10 });
    await expect(page.locator('canvas.far-carried').first()).toBeVisible();
    const rendered = new Set(await page.evaluate(() => window.renders()));
    expect(Object.keys(graph.nodes).filter((id) => rendered.has(id))).toEqual([]);
    await page.mouse.up();
    await expect(page.locator('canvas.far-carried').first()).toBeHidden();
    const left = async (): Promise<number> =>
      Math.round((await bench.node('row-10-3').boundingBox())?.x ?? 0);
    const moved = await left();
    await page.keyboard.press('Control+z');
    await expect.poll(async () => moved - (await left())).toBeGreaterThan(25);
    await page.keyboard.press('Escape');
  });

  await test.step('near, cards are as ever, and a drag renders the node and its edges', async () => {
    await page.keyboard.press('Escape');
    const heights = () =>
      Promise.all(
        ['row-19-2', 'row-20-2', 'row-21-2'].map((id) =>
          bench.node(id).evaluate((card) => (card instanceof HTMLElement ? card.offsetHeight : 0)),
        ),
      );
    // Most of them have not been drawn whole so far.
    const told = await heights();
    await bench.node('row-20-2').click();
    await page.keyboard.press('Shift+2');
    await expect(bench.node('row-21-2').locator('.port')).toHaveCount(2);
    expect(await heights()).toEqual(told);
    await expect(picture).toHaveCount(0);
    await expect(bench.node('row-20-2').locator('.port')).toHaveCount(2);
    // It comes near in a movement, in which a press would miss it.
    await bench.holdsStill();
    expect(await dragRenders('row-20-2')).toEqual(ownRenders);
  });

  await test.step('the overview shows all of it, and is dragged to move', async () => {
    const overview = page.getByRole('img', { name: 'Overview of the graph' });
    await expect(overview).toHaveCSS('opacity', '1');
    const box = await overview.boundingBox();
    const before = await bench.node('row-20-2').boundingBox();
    if (box === null || before === null) throw new Error('the overview is not on the screen');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 + 10, { steps: 4 });
    await page.mouse.up();
    await expect(bench.node('row-20-2')).not.toBeInViewport();
  });

  await test.step('and is as sharp as the screen when the page is zoomed', async () => {
    const drawn = page.getByRole('img', { name: 'Overview of the graph' }).locator('canvas');
    await expect(drawn).toHaveJSProperty('width', 148);
    const [browser, screen] = [await page.context().newCDPSession(page), page.viewportSize()];
    if (screen === null) throw new Error('the page has no size');
    const zoom = (by: number) =>
      browser.send('Emulation.setDeviceMetricsOverride', {
        width: Math.round(screen.width / by),
        height: Math.round(screen.height / by),
        deviceScaleFactor: by,
        mobile: false,
      });
    await zoom(1.25);
    await expect(drawn).toHaveJSProperty('width', 185);
    await zoom(1);
    await expect(drawn).toHaveJSProperty('width', 148);
  });

  await test.step('of the many steps of its run those in sight are drawn, the newest first, and all are reached', async () => {
    await bench.run();
    const steps = page.getByRole('list', { name: 'Steps' });
    const rows = steps.locator('li[data-step]');
    await expect(page.getByText('Run succeeded')).toBeVisible({ timeout: 120_000 });
    await expect(rows.first()).toHaveAttribute('aria-setsize', '240');
    expect(await rows.count()).toBeLessThan(40);
    await test.step('the focus stays on its row when that goes out of sight', async () => {
      const scrolled = () => steps.evaluate(({ scrollTop }) => scrollTop);
      await rows.first().getByRole('button').focus();
      await page.keyboard.press('Home');
      await expect.poll(scrolled).toBe(0);
      await rows.first().getByRole('button').focus();
      await page.keyboard.press('End');
      await expect.poll(scrolled).toBeGreaterThan(3_000);
      await page.keyboard.press('Home');
      await expect.poll(scrolled).toBe(0);
      await expect(rows.first().getByRole('button')).toBeFocused();
    });
    await steps.hover();
    await expect(async () => {
      await page.mouse.wheel(0, 8_000);
      await expect(rows.last()).toHaveAttribute('aria-posinset', '240', { timeout: 500 });
    }).toPass();
    await rows.last().getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect(bench.node((await rows.last().getAttribute('data-step')) ?? '')).toBeInViewport();
  });
});
