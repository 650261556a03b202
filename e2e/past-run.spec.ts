import { expectAccessible } from './accessible.ts';
import { giveFile, menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('shows a run of before as such, with its parameters, and leads back', async ({
  page,
  workspace,
}) => {
  // Of its own, so that nothing of it has run before.
  const text = 'The kiln is lit at 05:40, and slowly. '.repeat(40);
  await giveFile(workspace.folder, 'history/kilns.md', `# Kilns\n\n${text}\n`);
  const { nodes } = chunking;
  await workspace.graph('history', {
    ...chunking,
    nodes: { ...nodes, files: { type: 'load-files', params: { paths: ['history/*.md'] } } },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'history.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  const chunks = async (): Promise<string | undefined> =>
    /\d+ chunks/.exec((await bench.node('chunk').textContent()) ?? '')?.[0];
  await expect.poll(chunks).toBeDefined();
  const first = await chunks();
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '64');
  await bench.run();
  await bench.reaches('files', 'cached');
  await bench.reaches('chunk', 'succeeded');
  await expect.poll(async () => [undefined, first].includes(await chunks())).toBe(false);
  const second = await chunks();
  await expect(page.getByTestId('past-run')).toHaveCount(0);

  await bench.tab('All runs');
  const rows = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  await expect(rows.first()).toContainText('Chunk: size 128 → 64');
  await page.getByTestId('run').nth(1).click();
  const banner = page.getByTestId('past-run');
  await expect(banner).toContainText(/Run of \d\d:\d\d, succeeded: its graph and its results/);
  // It lies over nothing of the graph.
  const foot = (await banner.boundingBox()) ?? { y: Infinity, height: 0 };
  const canvas = await page.locator('.react-flow').boundingBox();
  expect(canvas?.y).toBeGreaterThanOrEqual(foot.y + foot.height);
  const cut = (words: HTMLElement): boolean => words.scrollWidth > words.clientWidth;
  expect(await banner.getByRole('paragraph').evaluate(cut)).toBe(false);
  // The row that was pressed has gone with its list: whoever goes by keys stays in the panel.
  await expect(page.getByRole('tab', { name: 'Run', exact: true })).toBeFocused();
  await expect(page.getByTestId('past-parameters')).toContainText('128');
  await expect(page.getByTestId('past-parameters')).toContainText('now 64');
  await expect(bench.node('chunk')).toContainText('128');
  await bench.reaches('files', 'succeeded');
  await test.step('it is looked at, and not edited', async () => {
    await bench.select('chunk');
    await page.keyboard.press('Delete');
    await expect(page.getByText('The graph of an earlier run cannot be edited')).toBeVisible();
    await bench.select('chunk');
  });
  await test.step('it stands in the address', async () => {
    await page.reload();
    await expect(page.getByTestId('past-run')).toContainText(/Run of \d\d:\d\d/);
    await bench.reaches('files', 'succeeded');
  });
  await test.step('Escape leaves it, once nothing is selected', async () => {
    await bench.select('chunk');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('past-run')).toBeVisible();
    const edge = page.locator('.react-flow__edge').first();
    await edge.focus();
    await page.keyboard.press('Enter');
    await expect(edge).toHaveClass(/selected/);
    await page.keyboard.press('Escape');
    await expect(edge).not.toHaveClass(/selected/);
    await expect(page.getByTestId('past-run')).toBeVisible();
    await page.keyboard.press('Escape');
  });
  await expect(page.getByTestId('past-run')).toHaveCount(0);
  await expect(page).not.toHaveURL(/run=/);
  await bench.reaches('files', 'cached');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('64');
  await test.step('its graph is taken back, and that can be undone', async () => {
    await bench.tab('All runs');
    await page.getByTestId('run').nth(1).click();
    await page.getByRole('button', { name: 'Restore graph' }).click();
    await expect(page.getByTestId('past-run')).toHaveCount(0);
    await bench.select('chunk');
    await bench.tab('Parameters');
    await expect(page.getByLabel('Size', { exact: true })).toHaveValue('128');
    await expect(page.getByTestId('plan-line')).toHaveText('all reused');
    // With what that graph gave, though no run of now gave it.
    await expect.poll(chunks).toBe(first);
    await expect(bench.node('chunk')).toContainText('earlier run');
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect(page.getByLabel('Size', { exact: true })).toHaveValue('64');
    await expect.poll(chunks).toBe(second);
  });
  await test.step('runs and steps have menus, by the right button and by key', async () => {
    await bench.tab('All runs');
    await rows.last().click({ button: 'right' });
    await expect(menuItem(page, 'Compare with latest')).toBeEnabled();
    await expectAccessible(page, 'the menu of a run');
    await menuItem(page, 'Open').click();
    await expect(page.getByTestId('past-run')).toBeVisible();
    await page.getByRole('button', { name: 'Back to latest' }).click();
    const steps = page.getByRole('list', { name: 'Steps' });
    await steps.getByRole('button', { name: /^Chunk/ }).focus();
    await page.keyboard.press('Shift+F10');
    await menuItem(page, 'Show log').click();
    await expect(bench.inspectorTab('Log')).toHaveAttribute('aria-selected', 'true');
  });
  await test.step('the selection and the tab below stand in the address', async () => {
    await bench.tab('Plan');
    await bench
      .node('files')
      .locator('header')
      .click({ modifiers: ['Shift'] });
    // It is written there once the screen has been painted.
    await expect(page).toHaveURL(/(?=.*node=files)(?=.*node=chunk)(?=.*below=plan)/);
    await page.reload();
    await expect(page.getByRole('list', { name: 'Plan' })).toBeVisible();
    for (const id of ['files', 'chunk'])
      await expect(bench.node(id)).toHaveAttribute('data-selected', 'true');
  });
});
