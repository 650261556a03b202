import { expectAccessible } from './accessible.ts';
import { expect, test } from './served-workspace.ts';
import { Workbench } from './workbench.ts';

test('the examples say what they claim and what was seen, and are opened', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-quickstart.graft.json');
  await page.getByRole('button', { name: 'Examples', exact: true }).click();
  const gallery = page.getByRole('dialog', { name: 'Examples' });
  const cards = gallery.locator('.gallery-card');
  await expect(cards.first()).toContainText('start here');
  const card = cards.filter({ hasText: 'rag-vs-lora' });
  await expect(card).toContainText('Retrieval or an adapter?');
  await expect(card).toContainText(/First run: over \d+ \w+ on 2 cores/);
  await expect(card).toContainText(/models already here|downloads \d+ MB of models/);
  await expect(card.getByRole('row').first()).toHaveText(/both\s*0\.769/);
  // Each node of the file is drawn, in the colours of the theme.
  await expect(card.locator('.picture-card')).toHaveCount(17);
  const colourOf = () =>
    card
      .locator('.picture-card')
      .first()
      .evaluate((drawn) => getComputedStyle(drawn).fill);
  const light = await colourOf();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(colourOf).not.toBe(light);
  await page.emulateMedia({ colorScheme: 'light' });
  await card.click();
  const shown = gallery.getByRole('article');
  await expect(shown).toContainText('Claim.');
  await expectAccessible(page, 'gallery');
  await expect(shown.locator('.chip').filter({ hasText: 'holds' })).toBeVisible();
  await expect(shown.getByRole('table').first()).toContainText('retrieval');
  // Each question with what every variant answered, and how that was marked.
  const answers = shown.getByRole('region', { name: 'Answers' });
  await expect(answers.getByRole('listitem')).toHaveCount(5);
  await expect(answers.getByRole('listitem').first().getByRole('row')).toHaveCount(6);
  await answers.getByRole('checkbox').check();
  await answers.getByRole('button', { name: /Show more of \d+ questions/ }).click();
  await expect(answers.getByRole('listitem')).not.toHaveCount(5);
  // What did not hold says so, and why.
  await cards.filter({ hasText: 'no-forgetting' }).click();
  await expect(shown).toContainText('does not hold');
  await expect(shown.getByRole('heading', { name: 'Amended' })).toBeVisible();
  await expect(shown.getByRole('listitem').filter({ hasText: 'first look' })).toBeVisible();
  await cards.filter({ hasText: 'rag-vs-lora' }).click();
  await shown.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(gallery).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'File' })).toContainText('rag-vs-lora');
  await page.getByRole('button', { name: 'Examples', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(gallery).toHaveCount(0);
});

test('the quickstart is accessible, also within a subgraph', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-quickstart.graft.json');
  await expect(page.getByTestId('plan-line')).toContainText('will run');
  await expectAccessible(page, 'canvas');
  await bench.select('generate');
  for (const tab of ['Parameters', 'Output', 'Log', 'About']) {
    await bench.inspectorTab(tab).click();
    if (tab === 'Parameters') await bench.more();
    await expectAccessible(page, `a node, ${tab}`);
  }
  await bench.node('retriever').locator('.node-facts').dblclick();
  await expect(page.getByRole('button', { name: 'Leave' })).toBeVisible();
  await expectAccessible(page, 'within a subgraph');
});
