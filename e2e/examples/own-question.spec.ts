import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from '../accessible.ts';
import { expect, test } from '../served-workspace.ts';
import { giveFile } from '../small-graphs.ts';
import { Workbench } from '../workbench.ts';

test('the quickstart is asked a question of one’s own, and its file stays as it is', async ({
  page,
  workspace,
}) => {
  const file = path.join(workspace.folder, 'rag-quickstart.graft.json');
  const before = await readFile(file, 'utf8');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-quickstart.graft.json');
  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  const box = page.getByRole('textbox', { name: 'Ask' });
  const asked = page.getByTestId('asked');
  const answer = page.getByTestId('answer');
  await box.click();
  await page.keyboard.type('Who looks after a spare key to the gate?');
  await page.keyboard.press('Control+Enter');
  await expect(asked).toContainText('Who looks after a spare key to the gate?');
  await expect(answer).toHaveAttribute('data-status', 'succeeded', { timeout: 120_000 });
  // One question, and not the thirty-three of the file.
  await expect(answer.locator('.gk-answer')).toHaveCount(1);
  await expect(asked).toContainText('With the adapter');
  await expect(page.getByRole('main')).not.toContainText(/Generate|token/);
  await test.step('under the first answer stands that a tiny model wrote it, with the way to the one that suits', async () => {
    await expect(asked).toContainText('This model is for trying out.');
    await asked.getByRole('button', { name: 'Choose a larger one' }).click();
    const picker = page.getByRole('dialog', { name: 'Choose a language model' });
    const shown = picker.getByRole('option', { selected: true });
    await expect(picker.getByRole('group', { name: 'Recommended' }).getByRole('option').first()).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await expect(shown).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(picker).toHaveCount(0);
  });
  await test.step('the passages that the model was given unfold below the answer', async () => {
    await answer.getByText(/^3 passages in the prompt/).press('Enter');
    await expect(answer.locator('.gk-passages > ol > li')).toHaveCount(3);
    await expect(answer.locator('.gk-passages').getByRole('button').first()).toBeVisible();
    await expectAccessible(page, 'an answer with its passages');
  });
  await test.step('the same is asked without the adapter, and both answers are shown', async () => {
    await asked.getByRole('button', { name: 'Ask without the adapter too' }).click();
    await expect(answer).toHaveCount(2);
    await expect(answer.last()).toHaveAttribute('data-status', 'succeeded', { timeout: 120_000 });
    await expect(answer.last()).toContainText('Without the adapter');
    await expect(answer.last().locator('.gk-answer')).not.toBeEmpty();
  });
  await page.reload();
  await expect(answer).toHaveCount(2);
  await expect(answer.last()).toContainText('Without the adapter');
  await expect(answer.last()).toHaveAttribute('data-status', 'succeeded');
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('a question is asked beside the saved ones, which stay on the screen', async ({
  page,
  workspace,
}) => {
  const quickstart = await readFile(path.join(workspace.folder, 'rag-quickstart.graft.json'), 'utf8');
  const before = quickstart.replace('"paths": ["handbook-', '"limit": 4, "paths": ["handbook-');
  expect(before).not.toBe(quickstart);
  const file = await giveFile(workspace.folder, 'few-questions.graft.json', before);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'few-questions.graft.json');
  await bench.run();
  const generate = bench.node('generate');
  await expect(generate).toHaveAttribute('data-status', /succeeded|cached/, { timeout: 240_000 });
  await expect(generate).toContainText('4 answers', { timeout: 240_000 });
  await test.step('the answers stand in the panel, and say that a tiny model wrote them', async () => {
    const result = page.getByRole('region', { name: 'Result' });
    await expect(result).toContainText('4 answers');
    await expect(result).toContainText('This model is for trying out.');
    await result.getByRole('button', { name: 'Choose a larger one' }).click();
    await expect(page.getByRole('dialog', { name: 'Choose a language model' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
  await page.locator('.react-flow__pane').click({ position: { x: 6, y: 6 } });
  await page.keyboard.press('q');
  // At once: the field is still on its way.
  await page.keyboard.type('Who keeps the key of the gate?');
  await expect(page.getByRole('textbox', { name: 'Ask' })).toBeFocused();
  await page.keyboard.press('Enter');
  const asked = page.getByTestId('asked');
  const answers = page.getByTestId('answer');
  await expect(answers).toHaveAttribute('data-status', 'succeeded', { timeout: 120_000 });
  await expect(asked).toContainText('Who keeps the key of the gate?');
  await expect(asked.locator('.gk-answer')).toHaveCount(1);
  // The saved answers below it say so already.
  await expect(page.getByText('This model is for trying out.')).toHaveCount(1);
  await expectAccessible(page, 'a question that was asked');
  await test.step('one of the saved ones is asked by itself, from its answer', async () => {
    await generate.locator('header').click();
    await bench.tab('Output');
    const row = bench.output.locator('[data-row="2"]');
    await row.hover();
    const question = await row.locator('small').first().innerText();
    await row.getByRole('button', { name: 'Ask this question alone' }).click();
    await expect(asked).toHaveCount(2);
    await expect(asked.first().getByRole('heading', { level: 3 })).toHaveText(question);
    await expect(answers.first()).toHaveAttribute('data-status', 'succeeded', {
      timeout: 120_000,
    });
    await expect(asked.first().locator('.gk-answer')).toHaveCount(1);
    await expect(asked.first().getByRole('button', { name: 'Retry' })).toBeFocused();
  });
  await test.step('the run of the saved ones is still the one that is shown, also after a reload', async () => {
    await expect(generate).toContainText('4 answers');
    await page.reload();
    await expect(generate).toHaveAttribute('data-status', /succeeded|cached/);
    await expect(generate).toContainText('4 answers');
  });
  await test.step('what was asked is there after the reload too, each question once, until it is cleared', async () => {
    await expect(asked).toHaveCount(2);
    await expect(answers.last()).toHaveAttribute('data-status', 'succeeded');
    await expect(asked.last().locator('.gk-answer')).not.toBeEmpty();
    await expect(asked.last().getByText('Who keeps the key of the gate?')).toHaveCount(1);
    await expectAccessible(page, 'what was asked before');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect(asked).toHaveCount(0);
    await expect(page.getByRole('textbox', { name: 'Ask' })).toBeFocused();
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'Ask' })).toBeVisible();
    await expect(asked).toHaveCount(0);
  });
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('it says that the graph is saved when it is asked', async ({ page, workspace }) => {
  const file = path.join(workspace.folder, 'rag-quickstart.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-quickstart.graft.json');
  await bench.select('inject-context');
  await bench.tab('Parameters');
  await page.getByRole('textbox', { name: 'Top', exact: true }).fill('1');
  await page.locator('.react-flow__pane').click({ position: { x: 6, y: 6 } });
  const field = page.getByRole('textbox', { name: 'Ask' });
  await expect(field).toHaveAccessibleDescription(/Asking saves your changes to the graph, but not the question\.$/);
  await field.fill('Who keeps the key of the gate?');
  await field.press('Enter');
  await expect(page.getByTestId('asked')).toHaveCount(1);
  // The question stands there before the file is saved for it.
  await expect.poll(() => readFile(file, 'utf8')).toContain('"top": 1');
  expect(await readFile(file, 'utf8')).not.toContain('Who keeps');
});
