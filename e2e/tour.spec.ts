import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('the tour goes through the screen by keys and clicks, and is left at any time', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tour');
  await page.keyboard.press('Enter');
  const tour = page.getByRole('dialog', { name: 'A graph is a pipeline' });
  await expect(tour).toBeVisible();
  // Of the canvas, whatever was looked at before.
  await expect(page.locator('.react-flow')).toBeVisible();
  await expectAccessible(page, 'the tour');
  const titles: string[] = [];
  const card = page.locator('.tour-card');
  for (;;) {
    titles.push((await card.getByRole('heading').textContent()) ?? '');
    // What is told of is lit, and the card is whole beside it.
    await expect(page.locator('.tour-light')).toBeVisible();
    await expect(card).toBeInViewport({ ratio: 1 });
    if (await card.getByRole('button', { name: 'Done' }).isVisible()) break;
    if (titles.length % 2 === 1) await page.keyboard.press('ArrowRight');
    else await card.getByRole('button', { name: 'Next' }).click();
    await expect(card.getByRole('heading')).not.toHaveText(titles.at(-1) ?? '');
  }
  expect(titles).toHaveLength(6);
  await page.keyboard.press('ArrowLeft');
  await expect(card).toContainText('5 of 6');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(card).toHaveCount(0);

  // Offered where nothing is selected, beside what the graph needs.
  await page.getByRole('button', { name: 'Take the tour' }).click();
  await expect(tour).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
});
