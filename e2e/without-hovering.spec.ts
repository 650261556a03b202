import { giveFile } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('what can be done is seen without hovering, and the header holds still', async ({
  page,
  workspace,
}) => {
  const questions = { type: 'questions', params: { questions: 'Which glaze?\nWhich kiln?' } };
  await workspace.graph('quiet', {
    ...chunking,
    nodes: { ...chunking.nodes, questions },
    layout: { ...chunking.layout, questions: [0, 300] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'quiet.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  const views = page.getByRole('group', { name: 'View' });
  const before = await views.boundingBox();
  await page.mouse.move(700, 300);
  const several = page.getByRole('button', { name: 'Try several values of Size' });
  await expect(several).toBeVisible();
  await expect(several).toHaveCSS('opacity', '1');
  await bench.fill('Size', '200');
  await expect(page.getByTestId('save-state')).toHaveText('unsaved');
  expect(await views.boundingBox()).toEqual(before);

  await test.step('so has each row of an output its actions, shown where it has the focus', async () => {
    await bench.run();
    await bench.reaches('questions', 'succeeded');
    await bench.select('questions');
    await bench.tab('Output');
    const row = bench.output.locator('.gk-list-row').first();
    const actions = row.locator('.gk-row-actions');
    await page.mouse.move(700, 300);
    await expect(actions).toHaveCSS('opacity', '0');
    const dots = await row.evaluate((one) => getComputedStyle(one, '::after').content);
    expect(dots).toContain('⋮');
    await actions.getByRole('button').first().focus();
    await expect(actions).toHaveCSS('opacity', '1');
  });
});

test('a file that cannot be read is marked and named, and its line goes with it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('sound', chunking);
  await workspace.graph('sound-too', chunking);
  await giveFile(workspace.folder, 'unreadable.graft.json', '{ "graft": 1, nodes: {} }');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'sound.graft.json');
  const row = page.locator('[data-file="unreadable.graft.json"]');
  await expect(row).toContainText('cannot be read');
  await row.getByRole('button').first().click();
  const line = page
    .getByRole('alert')
    .filter({ hasText: 'unreadable.graft.json: The file is not valid JSON' });
  await expect(line).toContainText('(line 1): expected a key in double quotes.');
  await page.locator('[data-file="sound-too.graft.json"] button').first().click();
  await expect(line).toHaveCount(0);
  await giveFile(workspace.folder, 'unreadable.graft.json', '{ "graft": 1, "nodes": {} }');
  await expect(row).not.toContainText('cannot be read');
});

test('a dialog gives the focus back to the field that was refused', async ({ page, workspace }) => {
  const nodes = { model: { type: 'base-model' } };
  await workspace.graph('refused', { nodes, layout: { model: [80, 80] } });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'refused.graft.json');
  await bench.select('model');
  await page.getByRole('button', { name: 'All models … for Model' }).click();
  await page.getByRole('button', { name: 'Import …' }).click();
  const from = page.getByLabel('File or folder on the server’s machine');
  await from.fill('/nowhere/at/all.gguf');
  await from.press('Enter');
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await expect(from).toBeFocused();
});
