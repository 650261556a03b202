import type { Page } from '@playwright/test';
import { gatherComplaints } from './complaints.ts';
import { expect, firstVisit as test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/**
 * Bytes of scripts, as sent, with which the first node is drawn with all that is on it. The goal is 350,000
 * (docs/adr/web-node-types-load-with-the-page.md); this keeps it from growing.
 */
const mostSent = 375_000;

interface Script {
  readonly url: string;
  readonly sent: number;
  readonly startedAt: number;
}
interface Load {
  /** Milliseconds after which the first node stood there with its ports and values. */
  readonly drawnAt: number;
  /** Milliseconds after which the page began to fetch its other parts. */
  readonly seenAt: number;
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
    seenAt: performance.getEntriesByName('graph-seen')[0]?.startTime ?? Infinity,
    scripts: performance.getEntriesByType('resource').flatMap((entry) => {
      const { name: url, startTime: startedAt } = entry;
      const isScript = entry instanceof PerformanceResourceTiming && /\.js(\?|$)/.test(url);
      return isScript ? [{ url, sent: entry.encodedBodySize, startedAt }] : [];
    }),
  }));
}

/** The scripts of the first load. */
const firstOf = ({ seenAt, scripts }: Load): readonly Script[] =>
  scripts.filter(({ startedAt }) => startedAt < seenAt);
const sentBy = (scripts: readonly Script[]): number =>
  scripts.reduce((sum, { sent }) => sum + sent, 0);

test('draws the first node with few scripts', async ({ page, workspace }) => {
  await watchFirstNode(page);
  const complaints = await gatherComplaints(page);
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await expect(bench.node('chunk')).toContainText('128');
  await expect.poll(async () => (await loadOf(page)).seenAt).toBeLessThan(Infinity);
  await expect.poll(async () => (await loadOf(page)).drawnAt).toBeLessThan(Infinity);
  const load = await loadOf(page);
  const sent = sentBy(firstOf(load));
  console.log(
    `first node after ${load.drawnAt.toFixed(0)} ms with ${(sent / 1_000).toFixed(1)} KB of scripts as sent`,
  );
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(mostSent);
  // Zod tries code from strings, which the page forbids, unless it is told not to.
  expect(complaints).toEqual([]);
});
