import type { Page } from '@playwright/test';

async function middleOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not on the screen.`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const cardOf = (id: string): string => `.react-flow__node[data-id="${id}"]`;

const atWork = '[data-status="running"], [data-status="queued"]';

/**
 * Runs what a node needs, and presses on one node after another, with a key between, while the statuses come in. Gives the
 * milliseconds from each to the next paint.
 */
export async function pressDuringRun(
  page: Page,
  end: string,
  others: readonly string[],
): Promise<readonly number[]> {
  const press = async (id: string): Promise<void> => {
    const { x, y } = await middleOf(page, cardOf(id));
    await page.mouse.click(x, y);
  };
  await press(end);
  await page.getByRole('button', { name: 'Run up to here' }).click();
  // A short run may be over before it is looked at.
  await page
    .locator(`${cardOf(end)} .node:not([data-status="idle"])`)
    .waitFor({ state: 'attached' });
  await page.evaluate(() => window.watch.waits());
  const busy = page.locator(`.node:is(${atWork})`);
  let presses = 0;
  while ((await busy.count()) > 0 || presses < 10) {
    await press(others[presses % others.length] ?? end);
    await page.keyboard.press(presses % 2 === 0 ? 'Shift' : 'Escape');
    presses += 1;
  }
  const status = await page.locator(`${cardOf(end)} .node`).getAttribute('data-status');
  if (status !== 'succeeded') throw new Error(`The run to ${end} came to ${status}.`);
  await page.waitForTimeout(300);
  return page.evaluate(() => window.watch.waits());
}

/** Drags a node a little, and gives the ids of the nodes and edges that were rendered while it moved. */
export async function rendersOfDrag(page: Page, id: string): Promise<ReadonlySet<string>> {
  const { x, y } = await middleOf(page, cardOf(id));
  await page.mouse.move(x, y);
  await page.mouse.down();
  // It is selected as it begins to move, which others may show.
  await page.mouse.move(x + 4, y, { steps: 4 });
  await page.waitForTimeout(300);
  await page.evaluate(() => window.renders());
  await page.mouse.move(x + 40, y + 20, { steps: 20 });
  await page.waitForTimeout(300);
  const renders = await page.evaluate(() => window.renders());
  await page.mouse.up();
  return new Set(renders);
}
