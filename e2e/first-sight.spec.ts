import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chunking, expect, firstVisit as test } from './small-workspace.ts';

interface Sight {
  readonly text: string;
  readonly cells: number;
  readonly notes: number;
  /** Whether a run is offered to be cancelled. */
  readonly cancels: boolean;
  /** How much of the overview is seen, of 1; absent while it is not there. */
  readonly overview: number | undefined;
  /** Where the node `afar` is seen, in px from the left; absent while it is not. */
  readonly afar: number | undefined;
}

/** What the page shows, frame by frame. */
declare global {
  var sights: Sight[];
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.sights = [];
    const look = (): void => {
      const overview = document.querySelector('.overview');
      const afar = document.querySelector('[data-testid="node-afar"]');
      const view = document.querySelector('.react-flow__viewport');
      const isSeen = view !== null && getComputedStyle(view).opacity === '1';
      globalThis.sights.push({
        text: document.querySelector('[aria-label="Inspector"]')?.textContent ?? '',
        cells: document.querySelectorAll('.cell').length,
        notes: document.querySelectorAll('.prose-cell').length,
        cancels: document.querySelector('header .button.stop') !== null,
        overview: overview === null ? undefined : Number(getComputedStyle(overview).opacity),
        afar: isSeen ? afar?.getBoundingClientRect().left : undefined,
      });
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
});

test('the overview of a graph that is all in sight is never seen', async ({ page, workspace }) => {
  await workspace.graph('all-in-sight', chunking);
  await page.goto(`${workspace.url}&graph=all-in-sight.graft.json`);
  await expect(page.getByTestId('node-chunk')).toBeVisible();
  await expect(page.locator('.overview')).toHaveCSS('opacity', '0');
  const seen = await page.evaluate(() => globalThis.sights.map(({ overview }) => overview));
  expect(seen.filter((one) => one !== undefined && one > 0)).toEqual([]);
});

test('a page of cells comes with its notes', async ({ page, workspace }) => {
  const graph = {
    ...{ graft: 1, edges: [], nodes: { chunk: { type: 'chunk', version: 1, params: {} } } },
    notes: { begin: { text: 'What this is for.', x: 0, y: -200, width: 206 } },
  };
  await writeFile(path.join(workspace.folder, 'noted-page.graft.json'), JSON.stringify(graph));
  await page.goto(`${workspace.url}&graph=noted-page.graft.json&view=notebook`);
  await expect(page.getByText('What this is for.')).toBeVisible();
  const seen = await page.evaluate(() => globalThis.sights);
  expect(seen.filter(({ cells, notes }) => cells > 0 && notes === 0)).toEqual([]);
});

test('nobody is asked to open a graph while the first one is on its way', async ({
  page,
  workspace,
}) => {
  await workspace.graph('on-its-way', chunking);
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/graphs\.read/, async (route) => {
    await asked;
    await route.continue();
  });
  await page.goto(`${workspace.url}&graph=on-its-way.graft.json`);
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector).toBeVisible();
  answer();
  await expect(inspector).toContainText('1 connection');
  const seen = await page.evaluate(() => globalThis.sights.map(({ text }) => text));
  expect(seen.filter((text) => text.includes('Open a graph'))).toEqual([]);
});

test('a run that is over is never offered to be cancelled', async ({ page, workspace }) => {
  await workspace.graph('over', chunking);
  await page.goto(`${workspace.url}&graph=over.graft.json`);
  await expect(page.getByTestId('node-chunk')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  const line = page.getByTestId('plan-line');
  await expect(line).toContainText('all reused');
  await page.reload();
  await expect(line).toContainText('all reused');
  const seen = await page.evaluate(() => globalThis.sights.filter(({ cancels }) => cancels));
  expect(seen).toEqual([]);
});

test('the graph of another file is seen in one place only', async ({ page, workspace }) => {
  await workspace.graph('near', chunking);
  await workspace.graph('afar', {
    nodes: { afar: { type: 'chunk' }, farther: { type: 'chunk' } },
    layout: { afar: [300, 40], farther: [1_700, 900] },
  });
  await page.goto(`${workspace.url}&graph=near.graft.json`);
  // However long this machine takes to fit the view.
  await page.addStyleTag({ content: '.held .react-flow__viewport { animation-duration: 600s }' });
  await expect(page.getByTestId('node-chunk')).toBeVisible();
  await page.getByRole('button', { name: /^afar/ }).click();
  await expect(page.getByTestId('node-afar')).toBeVisible();
  await expect(page.locator('.held')).toHaveCount(0);
  // The frame that shows it may not have come yet.
  await page.waitForFunction(() => globalThis.sights.at(-1)?.afar !== undefined);
  const seen = await page.evaluate(() => globalThis.sights.map(({ afar }) => afar));
  const places = new Set(seen.flatMap((left) => (left === undefined ? [] : [Math.round(left)])));
  expect(places.size).toBe(1);
});
