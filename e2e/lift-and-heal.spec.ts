import { countRenders } from './count-renders.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const chain = {
  nodes: {
    ask: { type: 'questions', params: { questions: 'When is the kiln lit?' } },
    gather: { type: 'gather-rows' },
    sample: { type: 'sample-rows' },
    last: { type: 'gather-rows' },
    apart: { type: 'gather-rows' },
  },
  edges: [
    'ask.questions -> gather.rows',
    'ask.questions -> apart.rows',
    'gather.rows -> sample.rows',
    'sample.rows -> last.rows',
  ],
  layout: { ask: [0, 0], gather: [262, 0], sample: [524, 0], last: [786, 0], apart: [262, 300] },
} as const;

test('an edge or port that is pointed at stands out with its ends, and no card is drawn anew', async ({
  page,
  workspace,
}) => {
  await workspace.graph('lifted', chain);
  await page.addInitScript(countRenders);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'lifted.graft.json');
  const lifted = async (): Promise<readonly string[]> =>
    (
      await page
        .locator(':is(.react-flow__node, .react-flow__edge)[data-lifted]')
        .evaluateAll((all) => all.map((element) => element.getAttribute('data-id') ?? ''))
    ).sort();
  const edge = page.locator('.react-flow__edge[data-id="gather.rows -> sample.rows"]');
  const isDim = (id: string, dim: boolean) =>
    expect(page.locator(`.react-flow__node[data-id="${id}"]`)).toHaveCSS(
      'opacity',
      dim ? '0.4' : '1',
    );
  const ends = ['gather', 'gather.rows -> sample.rows', 'sample'];
  const box = await edge.locator('.react-flow__edge-interaction').boundingBox();
  if (box === null) throw new Error('the edge is not drawn');
  // The plan comes after the first load, and draws every card anew.
  await expect(page.getByTestId('plan-line')).toContainText('will run');
  await bench.holdsStill();
  const cards: ReadonlySet<string> = new Set(Object.keys(chain.nodes));
  // Once more where something came late, and drew the cards anew for a reason of its own.
  await expect(async () => {
    await page.mouse.move(2, 2);
    await expect.poll(lifted).toEqual([]);
    await page.evaluate(() => window.renders());
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
    await expect.poll(lifted).toEqual(ends);
    const drawn = await page.evaluate(() => window.renders());
    expect(drawn.filter((id) => cards.has(id))).toEqual([]);
  }).toPass();
  await isDim('ask', true);
  await isDim('gather', false);

  await test.step('all edges of a port', async () => {
    await page.getByTestId('handle-ask-questions').hover();
    await expect
      .poll(lifted)
      .toEqual([
        'apart',
        'ask',
        'ask.questions -> apart.rows',
        'ask.questions -> gather.rows',
        'gather',
      ]);
  });
  await test.step('by keyboard, too, until it is left', async () => {
    await page.mouse.move(2, 2);
    await expect.poll(lifted).toEqual([]);
    await isDim('sample', false);
    await page.getByRole('button', { name: 'Fit view' }).focus();
    const focused = edge.and(page.locator(':focus'));
    for (let presses = 0; presses < 60 && (await focused.count()) === 0; presses += 1)
      await page.keyboard.press('Shift+Tab');
    await expect(edge).toBeFocused();
    await expect.poll(lifted).toEqual(ends);
    await page.keyboard.press('Shift+Tab');
    await expect.poll(lifted).not.toEqual(ends);
  });
});

test('a chain is healed where nodes are deleted from it, in one step', async ({
  page,
  workspace,
}) => {
  await workspace.graph('healed', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'healed.graft.json');
  const edges = page.locator('.react-flow__edge');
  const notice = page.getByTestId('notice');
  await bench.select('sample');
  await page.keyboard.press('Delete');
  await expect(bench.node('sample')).toHaveCount(0);
  await expect(notice).toContainText('Deleted Sample. Connected rows of Gather rows');
  await expect(page.locator('[data-id="gather.rows -> last.rows"]')).toHaveCount(1);
  await expect(edges).toHaveCount(3);
  await page.keyboard.press('Control+z');
  await expect(bench.node('sample')).toBeVisible();
  await expect(edges).toHaveCount(4);
  await expect(page.locator('[data-id="gather.rows -> last.rows"]')).toHaveCount(0);

  await test.step('several at once', async () => {
    await bench.node('gather').locator('header').click();
    await bench
      .node('sample')
      .locator('header')
      .click({ modifiers: ['Shift'] });
    await page.keyboard.press('Delete');
    await expect(page.locator('[data-id="ask.questions -> last.rows"]')).toHaveCount(1);
    await expect(edges).toHaveCount(2);
    await expect(notice.last()).toContainText('Deleted 2 nodes. Connected questions of Questions');
  });
});

test('a node that is found by its name is shown near enough to be read', async ({
  page,
  workspace,
}) => {
  const count = 60;
  await workspace.graph('found', {
    nodes: Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`n${at}`, { type: 'gather-rows' }]),
    ),
    layout: Object.fromEntries(
      Array.from({ length: count }, (_, at) => [
        `n${at}`,
        [(at % 10) * 300, Math.floor(at / 10) * 300],
      ]),
    ),
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'found.graft.json');
  await page.keyboard.press('Shift+1');
  await bench.holdsStill();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('n47');
  await page.getByRole('option', { name: 'Gather rows' }).first().press('Enter');
  await expect(bench.node('n47')).toHaveAttribute('data-selected', 'true');
  await expect
    .poll(async () => (await bench.node('n47').boundingBox())?.width ?? 0)
    .toBeGreaterThan(206 * 0.6);
  await expect(bench.node('n47')).toBeInViewport({ ratio: 1 });
});
