import type { Page } from '@playwright/test';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const focusedIs = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);

/** Presses Tab until what matches has the focus; how often. */
async function tabTo(page: Page, selector: string): Promise<number> {
  for (let presses = 1; presses <= 200; presses++) {
    await page.keyboard.press('Tab');
    if (await focusedIs(page, selector)) return presses;
  }
  throw new Error(`Tab never came to ${selector}.`);
}

test('Tab is soon at the nodes, and arrows go through the palette and the files', async ({
  page,
  workspace,
}) => {
  await workspace.graph('keys-one', chunking);
  await workspace.graph('keys-two', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'keys-one.graft.json');
  await expect(bench.node('chunk')).toBeVisible();
  expect(await tabTo(page, '.react-flow__node')).toBeLessThanOrEqual(25);

  await test.step('a node is added from the palette', async () => {
    await page.reload();
    await expect(bench.node('chunk')).toBeVisible();
    await tabTo(page, '[aria-label="Palette"] [aria-label^="Add "]');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await expect(page.getByRole('button', { name: 'Add Files', exact: true })).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await expect(page.getByRole('button', { name: 'Add Files', exact: true })).toBeFocused();
    await page.keyboard.press('ArrowDown');
    const second = page.getByRole('button', { name: 'Add Questions', exact: true });
    await expect(second).toBeFocused();
    // Away and back again, Tab comes to the row that one was at.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await expect(second).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(bench.node('questions')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(bench.node('questions')).toHaveCount(0);
  });

  await test.step('the next file is opened', async () => {
    await tabTo(page, '[data-file] button.quiet-row');
    await expect(page.locator('[data-file="keys-one.graft.json"] .quiet-row')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('keys-two');
  });
});

test('what Enter takes in the command menu is in sight, whatever was typed before', async ({
  page,
  workspace,
}) => {
  await workspace.graph('menu', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'menu.graft.json');
  await page.keyboard.press('Control+k');
  const list = page.getByRole('dialog').getByRole('listbox');
  for (const letter of 'run') {
    await page.keyboard.type(letter);
    await expect(list.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
    await expect.poll(() => list.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  }
});

test('what a card shows alone has its name for those who do not see it', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  const facts = bench.node('files').locator('.node-facts');
  await expect(facts.getByRole('term')).toHaveText('files');
  await expect(facts.getByRole('definition')).toHaveText('notes/*.md');
});

test('the command menu begins with what fits best, of whichever group', async ({
  page,
  workspace,
}) => {
  await workspace.graph('best-first', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'best-first.graft.json');
  await page.keyboard.press('Control+k');
  const menu = page.getByRole('dialog');
  const first = menu.getByRole('option').first();
  const chosen = menu.locator('[aria-selected="true"]');
  await expect(menu).toBeVisible();
  // Many a node type is about what a file or a command is called.
  for (const [words, title] of [
    ['best-first', 'best-first'],
    ['run', 'Run'],
    ['save', 'Save'],
    ['chunk', 'Chunk'],
    ['history', 'Show all runs'],
    ['upload', 'Open a package'],
  ] as const) {
    await menu.getByRole('combobox').fill(words);
    await expect(first).toContainText(title);
    await expect(chosen).toContainText(title);
  }
  await test.step('a node is gone to by what it is called, wherever it is', async () => {
    await page.keyboard.press('Escape');
    const card = page.locator('.react-flow__node[data-id="files"]');
    await expect(card).toBeInViewport();
    await bench.canvas.hover();
    await page.mouse.wheel(4_000, 4_000);
    await expect(card).not.toBeInViewport();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('go to files');
    await expect(chosen).toHaveText('Files');
    await page.keyboard.press('Enter');
    await expect(card).toBeFocused();
    await expect(card).toBeInViewport({ ratio: 0.99 });
    await page.getByRole('button', { name: 'Notebook' }).click();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('go to chunk');
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-cell="chunk"]')).toBeFocused();
  });
});
