import { expectAccessible } from './accessible.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('the tour goes through the screen by keys and clicks, runs the graph, and ends on its result', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await workspace.graph('for-the-tour', chunking);
  await bench.open(workspace.url, 'for-the-tour.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tour');
  await page.keyboard.press('Enter');
  const card = page.locator('.tour-card');
  const heading = card.getByRole('heading');
  await expect(heading).toHaveText('A graph is a pipeline');
  // Of the canvas, whatever was looked at before.
  await expect(page.locator('.react-flow')).toBeVisible();
  await expectAccessible(page, 'the tour');

  /** What is explained is lit, and the card is whole beside it. */
  const isWhole = async (): Promise<void> => {
    await expect(page.locator('.tour-light')).toBeVisible();
    await expect(card).toBeInViewport({ ratio: 1 });
  };
  await isWhole();
  await page.keyboard.press('ArrowRight');
  await expect(heading).toHaveText('Build by adding nodes');
  await isWhole();
  await card.getByRole('button', { name: 'Next' }).click();
  await expect(heading).toHaveText('One graph, three views');
  await isWhole();
  await page.keyboard.press('ArrowLeft');
  await expect(card).toContainText('2 of 6');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(heading).toHaveText('Now run it');
  await isWhole();
  await card.getByRole('button', { name: 'Run' }).click();

  // It waits for the run, and goes on by itself.
  await expect(heading).toHaveText('Here is the result');
  await isWhole();
  await expect(page.getByTestId('graph-result')).toContainText('2 chunks');
  await card.getByRole('button', { name: 'Back' }).click();
  await expect(heading).toHaveText('Each card shows its progress');
  await page.keyboard.press('ArrowRight');
  await card.getByRole('button', { name: 'Done' }).click();
  await expect(card).toHaveCount(0);
});

test('the tour of a graph that cannot run says so, and is left at any time', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await workspace.graph('not-for-the-tour', {
    nodes: { files: { type: 'load-files', params: { paths: ['nowhere/*.md'] } } },
    layout: { files: [0, 0] },
  });
  await bench.open(workspace.url, 'not-for-the-tour.graft.json');
  // Offered where nothing is selected, beside what the graph needs.
  await page.getByRole('button', { name: 'Take the tour' }).click();
  const card = page.locator('.tour-card');
  await expect(card.getByRole('heading')).toHaveText('A graph is a pipeline');
  for (let at = 0; at < 3; at += 1) await page.keyboard.press('ArrowRight');
  await expect(card.getByRole('heading')).toHaveText('Now run it');
  // Nothing runs by a key that goes on.
  await page.keyboard.press('ArrowRight');
  await expect(card.getByRole('heading')).toHaveText('Now run it');
  await page.keyboard.press('Enter');
  await expect(card.getByRole('heading')).toHaveText('The run did not finish');
  await expect(card).toContainText('5 of 5');
  await expect(card.getByRole('button', { name: 'Done' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
});
