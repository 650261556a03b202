import { expect, test } from '../served-workspace.ts';
import { giveFile } from '../small-graphs.ts';
import { Workbench } from '../workbench.ts';

test('answers are marked beside their references', async ({ page, workspace }) => {
  const asked = [
    { id: 'a', question: 'Repeat the word kiln.', reference: 'kiln' },
    { id: 'b', question: 'Repeat the word kiln.', reference: 'xylophone quintet' },
    // More than eight rows are worth sorting.
    ...Array.from('cdefghi', (id) => ({ id, question: 'Repeat the word kiln.' })),
  ];
  await giveFile(
    workspace.folder,
    'asked.jsonl',
    asked.map((row) => JSON.stringify(row)).join('\n'),
  );
  const graph = {
    graft: 1,
    nodes: {
      questions: { type: 'questions', version: 1, params: { paths: ['asked.jsonl'] } },
      prompt: { type: 'prompt', version: 1, params: {} },
      'base-model': { type: 'base-model', version: 1, params: { model: 'SmolLM2-135M-Instruct' } },
      generate: { type: 'generate', version: 1, params: { maxTokens: 12 } },
    },
    edges: [
      'base-model.model -> generate.model',
      'prompt.prompts -> generate.prompts',
      'questions.questions -> prompt.questions',
    ],
    layout: {
      questions: [0, 0],
      prompt: [260, 0],
      'base-model': [260, 220],
      generate: [520, 0],
    },
  };
  await giveFile(workspace.folder, 'marked.graft.json', JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'marked.graft.json');
  await bench.select('generate');
  await bench.tab('Output');
  await bench.run();
  await bench.reaches('generate', 'succeeded', 400_000);
  const answers = bench.output.locator('article');
  await expect(answers.nth(1)).toHaveAttribute('data-verdict', 'wrong');
  await expect(answers.nth(2)).toHaveAttribute('data-verdict', 'no reference');
  // Nothing lies over the mark: it tells its rule.
  await answers.nth(1).getByText('wrong', { exact: true }).hover();
  await expect(page.getByTestId('score')).toContainText(/[01] of 2 right/);
  await expect(bench.node('generate')).toContainText(/[01] of 2 right/);
  await expect(page.getByTestId('score')).toHaveAttribute('title', /every word and number/);
  // What is wrong comes first, and each says which of all it is.
  await page.getByLabel('Sort by').selectOption('verdict');
  await expect(answers.first()).toHaveAttribute('data-verdict', 'wrong');
  await expect(answers.last()).toHaveAttribute('data-verdict', 'no reference');
  await expect(bench.output.locator('[data-row="2"]')).toContainText('Row 3');
});
