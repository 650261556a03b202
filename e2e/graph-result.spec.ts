import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  answerWith,
  beginStream,
  endStream,
  openChatServer,
  writePiece,
} from '../runtime/backends/testing/chat-server.ts';
import { asking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('after a run the panel shows what the graph gave, with nothing selected', async ({
  page,
  workspace,
}) => {
  await using chat = await openChatServer((_asked, response) => answerWith(response, 'At 05:40.'));
  const asked = [
    { id: 'kiln', question: 'When is the kiln lit?', reference: 'At 05:40.' },
    { id: 'gate', question: 'Who opens the gate?', reference: 'Ansel Thripp.' },
  ];
  await writeFile(
    path.join(workspace.folder, 'asked.jsonl'),
    asked.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
  const { nodes, edges, layout } = asking(chat.url);
  await workspace.graph('asked-twice', {
    nodes: {
      ...nodes,
      ask: { type: 'questions', params: { paths: ['asked.jsonl'] } },
      score: { type: 'evaluate', params: { metrics: ['accuracy'] } },
    },
    edges: [...edges, 'write.answers -> score.answers'],
    layout: { ...layout, score: [840, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'asked-twice.graft.json');
  const result = page.getByRole('region', { name: 'Result' });
  await expect(page.getByText('Select a node to see its parameters')).toBeVisible();
  await expect(result).toHaveCount(0);

  await bench.run();
  await expect(result.getByRole('button', { name: /^Generate/ })).toContainText('1 of 2 right');
  await expect(result.getByTestId('result-headline')).toContainText(/^1 of 2 right/);
  await expect(result.getByTestId('output')).toContainText('At 05:40.');
  await expect(result.locator('.gk-verdict')).toHaveText(['right', 'wrong']);
  await expect(result.locator('.gk-answer').first()).toHaveCSS('font-size', '15px');
  await expect(page.getByText('Select a node to see its parameters')).toHaveCount(0);

  await expect(bench.node('write').getByTestId('node-answer')).toHaveText('At 05:40.');
  await expect(bench.node('write')).toContainText('1 of 2 right');
  await expect(bench.node('score')).toContainText('Accuracy 0.5');

  const evaluate = result.getByRole('button', { name: /^Evaluate/ });
  await evaluate.press('Enter');
  await expect(evaluate).toHaveAttribute('aria-pressed', 'true');
  await expect(result.getByTestId('output')).toContainText('Accuracy');
  await result.getByRole('button', { name: 'Show this node' }).click();
  await expect(bench.node('score')).toHaveAttribute('data-selected', 'true');
  await expect(bench.inspectorTab('Output')).toHaveAttribute('aria-selected', 'true');

  await test.step('links to an output open it, on whatever tab nodes were last looked at', async () => {
    await bench.select('remote');
    await bench.tab('Parameters');
    await page.getByTestId('result-link').click();
    await expect(bench.node('write')).toHaveAttribute('data-selected', 'true');
    await expect(bench.inspectorTab('Output')).toHaveAttribute('aria-selected', 'true');
    await expect(bench.output).toContainText('At 05:40.');
    await bench.select('remote');
    await expect(bench.inspectorTab('Parameters')).toHaveAttribute('aria-selected', 'true');
    await page.getByRole('button', { name: 'Show result' }).press('Enter');
    await expect(result.getByTestId('result-headline')).toContainText(/^1 of 2 right/);
  });

  // It stands there again when the graph is opened anew.
  await bench.open(workspace.url, 'asked-twice.graft.json');
  await expect(result.getByRole('button', { name: /^Generate/ })).toContainText('1 of 2 right');
});

test('two results from the same prompts are compared from where they stand', async ({
  page,
  workspace,
}) => {
  await using chat = await openChatServer(({ body }, response) => {
    if (body['max_tokens'] !== 8) return answerWith(response, 'At 05:40.');
    beginStream(response);
    writePiece(response, 'At noon.');
    endStream(response, { prompt: 7, completion: 8, reason: 'length' });
  });
  const { nodes, edges, layout } = asking(chat.url);
  await workspace.graph('asked-two-ways', {
    nodes: {
      ...nodes,
      write: { type: 'generate', params: { maxTokens: 8 } },
      longer: { type: 'generate', params: { maxTokens: 64 } },
    },
    edges: [...edges, 'prompt.prompts -> longer.prompts', 'remote.model -> longer.model'],
    layout: { ...layout, longer: [560, 300] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'asked-two-ways.graft.json');
  const result = page.getByRole('region', { name: 'Result' });
  await bench.run();
  await result.getByRole('button', { name: 'Compare side by side' }).click();
  await expect(page.getByTestId('row-counts')).toContainText('1 of 1 answers differ');
  await expect(page.getByRole('main')).toContainText('noon');
  await page.goBack();
  await expect(bench.node('write')).toBeVisible();

  await test.step('what cut an answer is one press away', async () => {
    await result.getByRole('button', { name: 'cut at max tokens' }).press('Enter');
    await expect(bench.node('write')).toHaveAttribute('data-selected', 'true');
    await expect(page.getByLabel('Max tokens', { exact: true })).toBeFocused();
  });
});
