import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a part that cannot be fetched says so, and comes once it can be', async ({
  page,
  workspace,
}) => {
  await workspace.graph('parts', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'parts.graft.json');
  await bench.select('chunk');
  await expect(page.getByLabel('Size', { exact: true })).toBeVisible();
  const failure = page.getByRole('alert').filter({ hasText: 'could not be shown' });
  const scripts = /\.js(\?|$)/;

  await test.step('a view', async () => {
    await page.route(scripts, (route) => route.abort());
    await page.getByRole('button', { name: 'Notebook', exact: true }).click();
    await expect(failure).toBeVisible();
    await expect(page.getByRole('banner')).toBeVisible();
    await page.unroute(scripts);
    await failure.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByTestId('cell-chunk')).toBeVisible();
    await expect(failure).toHaveCount(0);
    await page.getByRole('button', { name: 'Canvas', exact: true }).click();
  });

  await test.step('a dialog, which is let go of', async () => {
    await page.route(scripts, (route) => route.abort());
    await page.keyboard.press('Control+k');
    await expect(failure).toBeVisible();
    await failure.getByRole('button', { name: 'Close' }).click();
    await expect(failure).toHaveCount(0);
    await page.unroute(scripts);
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
  });
});

test('what cannot be fetched to do something is told', async ({ page, workspace }) => {
  await workspace.graph('acts', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'acts.graft.json');
  await bench.select('chunk');
  await expect(page.getByLabel('Size', { exact: true })).toBeVisible();
  await page.route(/\.js(\?|$)/, (route) => route.abort());
  await page.keyboard.press('e');
  await expect(page.getByTestId('notice')).toContainText('could not be fetched');
});
