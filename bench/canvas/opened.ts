import path from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { findChromium } from '../../scripts/find-chromium.mjs';

export async function openBrowser(): Promise<Browser> {
  const executablePath = await findChromium();
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

const { outputFiles } = await build({
  entryPoints: [path.join(import.meta.dirname, 'page/watch.ts')],
  bundle: true,
  write: false,
  format: 'iife',
});
const watch = { content: outputFiles[0]?.text ?? '' };

/** A graph that is on the screen, all of it. */
export interface Opened {
  readonly page: Page;
  /** Milliseconds from the page's begin until all nodes stood where they stay. */
  readonly load: number;
}

/** Opens a page in a context of its own, and waits until as many nodes are drawn, fitted and at rest. */
export async function opened(
  browser: Browser,
  { url, nodes }: { readonly url: string; readonly nodes: number },
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  await page.addInitScript(watch);
  page.on('pageerror', ({ message }) => console.error(`The page failed: ${message}`));
  await page.goto(url);
  const load = await page.evaluate((count) => window.watch.shown(count), nodes);
  return { page, load };
}

/** Sizes of the cards, by node, in pixels of the graph. */
export function cardSizes(page: Page): Promise<Readonly<Record<string, string>>> {
  return page.$$eval('.react-flow__node', (cards) =>
    Object.fromEntries(
      cards.map((card) => [
        card.getAttribute('data-id') ?? '',
        card instanceof HTMLElement ? `${card.offsetWidth} × ${card.offsetHeight}` : '',
      ]),
    ),
  );
}

/** Of the canvas, in pixels of the screen. */
export async function canvasSize(page: Page): Promise<{ width: number; height: number }> {
  const box = await page.locator('.react-flow').boundingBox();
  if (box === null) throw new Error('The canvas is not on the screen.');
  return box;
}
