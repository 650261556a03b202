import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { gatherComplaints } from './complaints.ts';
import { expect, firstVisit as test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Bytes of scripts, as sent, with which the first node is drawn with all that is on it. */
const mostSent = 250_000;

interface Script {
  readonly url: string;
  readonly sent: number;
  readonly startedAt: number;
}
interface Load {
  /** Milliseconds after which the first node stood there with its ports and values. */
  readonly drawnAt: number;
  readonly scripts: readonly Script[];
}

/** Notes when the first node is drawn: one that is seen, with values on it. */
async function watchFirstNode(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const look = (): void => {
      const values = document.querySelector('.react-flow__node .node-facts dd');
      const node = values?.closest('.react-flow__node');
      const view = node?.closest('.react-flow__viewport');
      const isSeen = (element: Element | null | undefined): boolean => {
        if (element === null || element === undefined) return false;
        const { visibility, opacity } = getComputedStyle(element);
        return visibility === 'visible' && opacity === '1';
      };
      if (isSeen(node) && isSeen(view)) performance.mark('first-node');
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

async function loadOf(page: Page): Promise<Load> {
  return page.evaluate(() => ({
    drawnAt: performance.getEntriesByName('first-node')[0]?.startTime ?? Infinity,
    scripts: performance.getEntriesByType('resource').flatMap((entry) => {
      const { name: url, startTime: startedAt } = entry;
      const isScript = entry instanceof PerformanceResourceTiming && /\.js(\?|$)/.test(url);
      return isScript ? [{ url, sent: entry.encodedBodySize, startedAt }] : [];
    }),
  }));
}

/** The scripts that were asked for before the first node was drawn. */
const firstOf = ({ drawnAt, scripts }: Load): readonly Script[] =>
  scripts.filter(({ startedAt }) => startedAt < drawnAt);
const sentBy = (scripts: readonly Script[]): number =>
  scripts.reduce((sum, { sent }) => sum + sent, 0);

/** How the nodes on the canvas look: where they are, and what they say. */
async function cards(page: Page) {
  const all = await page.locator('.react-flow__node').all();
  return Promise.all(
    all.map(async (card) => ({ box: await card.boundingBox(), text: await card.innerText() })),
  );
}

/** Words of each node type that only its definition has. */
function docsOfTypes(): readonly string[] {
  const nodes = path.join(import.meta.dirname, '../nodes');
  const files = readdirSync(nodes).map((type) => path.join(nodes, type, 'node.ts'));
  return files.filter(existsSync).flatMap((file) => {
    const [, doc] = /\n {2}doc:\s*['"]([\w ,]{20,})/.exec(readFileSync(file, 'utf8')) ?? [];
    return doc === undefined ? [] : [doc];
  });
}

test('draws the first node with few scripts, whichever node types there are', async ({
  page,
  workspace,
}) => {
  await watchFirstNode(page);
  const complaints = await gatherComplaints(page);
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await expect(bench.node('chunk')).toContainText('128');
  const typeDocs = docsOfTypes();
  expect(typeDocs.length).toBeGreaterThan(30);
  /** Of the node types those that some of the scripts define. */
  const brought = async (scripts: readonly Script[]): Promise<readonly string[]> => {
    const texts = await Promise.all(
      scripts.map(async ({ url }) => (await page.request.get(url)).text()),
    );
    return typeDocs.filter((doc) => texts.some((text) => text.includes(doc)));
  };
  // The node types follow by themselves.
  let load = await loadOf(page);
  await expect(async () => {
    load = await loadOf(page);
    expect(await brought(load.scripts)).toEqual(typeDocs);
  }).toPass();
  const first = firstOf(load);
  console.log(
    `first node after ${load.drawnAt.toFixed(0)} ms with ${(sentBy(first) / 1_000).toFixed(1)} KB of scripts as sent; ${((sentBy(load.scripts) - sentBy(first)) / 1_000).toFixed(1)} KB after it`,
  );
  expect(sentBy(first)).toBeGreaterThan(0);
  expect(sentBy(first)).toBeLessThanOrEqual(mostSent);
  expect(await brought(first)).toEqual([]);
  // With the node types comes zod, which tries code from strings unless it is told not to.
  expect(complaints).toEqual([]);
});

test('looks and works the same before the node types have come', async ({ page, workspace }) => {
  await watchFirstNode(page);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  await expect(bench.node('chunk')).toContainText('128');
  const first = new Set(firstOf(await loadOf(page)).map(({ url }) => url));
  // What comes after the first load is held back until the test lets it come.
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.js(\?|$)/, async (route) => {
    if (!first.has(route.request().url())) await released;
    await route.continue();
  });
  await page.reload();
  await expect(bench.node('chunk')).toContainText('128');
  await expect(page.getByRole('button', { name: 'Add Embed', exact: true })).toBeVisible();
  // The view is fitted a moment after the nodes were drawn.
  await page.waitForTimeout(500);
  const before = await cards(page);
  expect(before).toHaveLength(2);
  await test.step('what is done meanwhile is done once they are there', async () => {
    await page.getByRole('button', { name: 'Add Embed', exact: true }).click();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('questions');
    await expect(page.locator('.react-flow__node')).toHaveCount(2);
    expect(await cards(page)).toEqual(before);
    release();
    await expect(bench.node('embed')).toBeVisible();
    await expect(page.getByPlaceholder(/Add a node/)).toHaveValue('questions');
    await page.keyboard.press('Enter');
    await expect(bench.node('questions')).toBeVisible();
  });
  await test.step('the nodes have not changed', async () => {
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(page.locator('.react-flow__node')).toHaveCount(2);
    await page.getByRole('button', { name: 'Fit view' }).click();
    await expect.poll(() => cards(page)).toEqual(before);
  });
});
