import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Each round takes a letter off each question, and leaves out what is empty. */
const code = [
  'function transform(row) {',
  '  const question = row.question.slice(1);',
  "  return question === '' ? null : { ...row, question };",
  '}',
].join('\n');

test('a selection is repeated: the form proposes what goes round, and says it with the rows of the run', async ({
  page,
  workspace,
}) => {
  await workspace.graph('shorten', {
    nodes: {
      ask: { type: 'questions', params: { questions: 'abc\nde\nf' } },
      shorten: { type: 'transform', params: { code } },
    },
    edges: ['ask.questions -> shorten.rows'],
    layout: { ask: [0, 0], shorten: [280, 0] },
  });
  const bench = new Workbench(page);
  const dialog = page.getByRole('dialog', { name: 'Repeat this' });
  const command = async (name: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command menu' }).fill(name);
    await page.keyboard.press('Enter');
  };
  await bench.open(workspace.url, 'shorten.graft.json');
  await bench.run();
  await bench.reaches('shorten', 'succeeded');

  await test.step('the form says why a node without a fitting output cannot be repeated', async () => {
    await bench.select('ask');
    await command('Repeat the selection');
    await expect(dialog.getByRole('alert')).toContainText(
      'have no output that fits one of their inputs',
    );
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  });

  await test.step('the form says what the loop does', async () => {
    await bench.select('shorten');
    await command('Repeat the selection');
    await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
    await page.keyboard.type('Shorten all');
    const says = dialog.getByRole('list', { name: 'What the loop does' });
    await expect(says).toContainText(
      'Round 1 reads “Questions · questions” (3 questions in the last run).',
    );
    await expect(says).toContainText(
      'Each further round reads “Transform · rows” (2 questions in the last run)',
    );
    await expect(says).toContainText(
      'It ends when “Transform · rows” is empty, or after 5 rounds.',
    );
    await expectAccessible(page, 'repeat this');
    await dialog.getByLabel('At most').fill('0');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText('whole number from 1 to 1000');
    await dialog.getByLabel('At most').fill('4');
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
  });

  await test.step('the loop runs until nothing is left', async () => {
    const loop = bench.node('shorten-all');
    await expect(loop).toHaveAttribute('data-selected', 'true');
    await expect(loop).toContainText('Shorten all');
    await bench.run();
    await bench.reaches('shorten-all', 'succeeded');
    await expect(loop).toContainText('0 questions');
  });

  await test.step('and is one step of the history', async () => {
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(bench.node('shorten')).toBeVisible();
    await expect(bench.node('shorten-all')).toHaveCount(0);
  });
});
