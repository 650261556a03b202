import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a view that cannot be fetched says so, and comes once it can be', async ({
  page,
  workspace,
}) => {
  await workspace.graph('parts', chunking);
  let isAway = true;
  await page.route(/\.js(\?|$)/, async (route) => {
    const response = await route.fetch();
    const isNotebook = (await response.text()).includes('first-cell');
    if (isNotebook && isAway) await route.abort();
    else await route.fulfill({ response });
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'parts.graft.json');
  const failure = page.getByRole('alert').filter({ hasText: 'could not be shown' });
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect(failure).toBeVisible();
  await expect(page.getByRole('banner')).toBeVisible();
  isAway = false;
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('cell-chunk')).toBeVisible();
  await expect(failure).toHaveCount(0);
  // Other parts may still be on their way.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});
