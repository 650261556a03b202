import { expectAccessible } from './accessible.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('an output is shown over the full page and back by button and key, and the focus goes along', async ({
  page,
  workspace,
}) => {
  const questions = Array.from({ length: 60 }, (_, at) => `Why ${String(at)}?`).join('\n');
  const asking = { type: 'questions', params: { questions } };
  await workspace.graph('enlarged', {
    ...chunking,
    nodes: { ...chunking.nodes, asking },
    layout: { ...chunking.layout, asking: [280, 260] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'enlarged.graft.json');
  await bench.select('chunk');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  const inspector = page.getByTestId('inspector');
  const width = async (): Promise<number> =>
    Math.round((await inspector.boundingBox())?.width ?? 0);
  const card = page.locator('.react-flow__node[data-id="chunk"]');
  const panel = page.locator('#inspector-panel');

  // From the graph by key: what came out of the node has the focus, and the node has it again after.
  await card.focus();
  await page.keyboard.press('Shift+O');
  await expect.poll(width).toBe(1_440);
  await expect(page.getByRole('tab', { name: 'Output' })).toHaveAttribute('aria-selected', 'true');
  await expect(panel).toBeFocused();
  await expect(page.getByRole('main', { name: 'Inspector' })).toBeVisible();
  await expect(page.locator('main, [role="main"]')).toHaveCount(1);
  await expectAccessible(page, 'an output over the full page');
  // Nothing of the graph, which cannot be seen, is deleted.
  await page.keyboard.press('Delete');
  await page.keyboard.press('Escape');
  await expect.poll(width).toBe(372);
  await expect(card).toBeFocused();

  // By its button: the focus stays on it.
  const button = page.getByRole('button', { name: 'Full page' });
  await button.click();
  await expect.poll(width).toBe(1_440);
  await page.keyboard.press('Escape');
  await expect.poll(width).toBe(372);
  await expect(button).toBeFocused();
  await expect(button).toHaveAttribute('aria-pressed', 'false');

  // From the command menu.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('full page');
  await expect(page.getByRole('option', { name: /on the full page/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(width).toBe(1_440);
  // Escape in a field takes back what was typed there, a second one leads back.
  await page.getByRole('tab', { name: 'Parameters' }).click();
  await page.getByLabel('Size', { exact: true }).fill('99');
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('128');
  await page.keyboard.press('Escape');
  await expect.poll(width).toBe(372);

  // So does it in the fields above the rows: out of the field, then back.
  await bench.select('asking');
  for (const field of ['Go to row', 'Find in all rows']) {
    await page.keyboard.press('Shift+O');
    await expect.poll(width).toBe(1_440);
    await page.getByLabel(field, { exact: true }).focus();
    await page.keyboard.press('Escape');
    await expect(panel).toBeFocused();
    expect(await width()).toBe(1_440);
    await page.keyboard.press('Escape');
    await expect.poll(width).toBe(372);
    // A frame later; pressed before, the key would take the focus for one of the inspector.
    await expect(page.locator('.react-flow__node[data-id="asking"]')).toBeFocused();
  }
});

test('the full page makes way for another node, another file and another view', async ({
  page,
  workspace,
}) => {
  await workspace.graph('makes-way', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'makes-way.graft.json');
  const button = page.getByRole('button', { name: 'Full page' });
  const enlarge = async (): Promise<void> => {
    await page.keyboard.press('Shift+O');
    await expect(button).toHaveAttribute('aria-pressed', 'true');
  };
  const choose = async (words: string, option: RegExp): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(words);
    await expect(page.getByRole('option', { name: option }).first()).toBeVisible();
    await page.keyboard.press('Enter');
  };
  const palette = page.getByRole('complementary', { name: 'Palette' });

  await bench.select('chunk');
  await enlarge();
  await choose('embed', /^Embed/);
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await expect(page.locator('.react-flow__node[data-id="embed"]')).toBeFocused();

  // From a node that has the focus and is not yet the selected one.
  await page.locator('.react-flow__node[data-id="files"]').focus();
  await enlarge();
  await expect(page.locator('#inspector-panel')).toBeFocused();
  await choose('as a notebook', /as a notebook/);
  await expect(page.getByTestId('cell-chunk')).toBeVisible();
  await choose('graph on the canvas', /graph on the canvas/);
  await expect(bench.node('chunk')).toBeVisible();
  await expect(palette).not.toHaveAttribute('inert');

  await bench.select('chunk');
  await enlarge();
  await choose('new graph', /^New graph/);
  await page.getByLabel('Name', { exact: true }).fill('another');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('navigation', { name: 'File' })).toContainText('another');
  await expect(palette).not.toHaveAttribute('inert');
});
