import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chunking, expect, test } from './small-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const name = 'several-values.graft.json';
const questions = 40;

/** Hits of which those of every third question are wrong. */
const hits = Array.from({ length: questions }, (_, at) => {
  const document = at % 3 === 0 ? 'wrong.md' : 'right.md';
  const source = { documentId: document, path: document, title: document, start: 0, end: 4 };
  const chunk = { id: `${document}:0`, text: 'Text', headings: [], metadata: {} };
  return `${JSON.stringify({
    id: `q${String(at)}`,
    question: {
      id: `q${String(at)}`,
      question: `Which is ${String(at)}?`,
      documents: ['right.md'],
    },
    hits: [
      {
        ...{ rank: 1, score: 1, scores: { dense: 1 } },
        chunk: { ...chunk, source: { ...source, firstLine: 1, lastLine: 1 } },
      },
    ],
  })}\n`;
}).join('');

const graph = {
  graft: 1,
  nodes: {
    hits: { type: 'load-rows', version: 1, params: { type: 'hits', file: 'several/hits.jsonl' } },
    some: { type: 'sample-rows', version: 1, params: { type: 'hits', share: 1, least: 0 } },
    score: { type: 'score-hits', version: 1, params: { k: 1 } },
  },
  edges: ['hits.rows -> some.rows', 'some.rows -> score.hits'],
  layout: { hits: [0, 0], some: [280, 0], score: [560, 0] },
};

test('several values of a parameter become an experiment, in one edit, and run from the panel', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'several/hits.jsonl', hits);
  const file = path.join(workspace.folder, name);
  await writeFile(file, JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, name);
  await bench.select('some');
  await bench.tab('Parameters');
  const share = page.getByLabel('Share', { exact: true });
  const chip = page.getByTestId('several-share');
  // That several can be typed is offered beside the field, and what they come to is said.
  await share.focus();
  const more = page.getByRole('button', { name: 'Try several values of Share' });
  await expect(more).toHaveCSS('opacity', '1');
  await more.click();
  await expect(share).toBeFocused();
  await expect(share).toHaveValue('1, ');
  // Typed key by key, the first of them is no value on the way, and to undo it is one step.
  await share.fill('');
  await share.pressSequentially('0.25, 0.5, 0.75', { delay: 60 });
  await expect(
    page.getByText('Press Enter to create an experiment that tries each value'),
  ).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(chip).toContainText('3 values');
  await expect(share).toHaveValue('0.25, 0.5, 0.75');
  await expect(more).toHaveCount(0);

  // One edit: undone at once, and done again.
  await bench.canvas.click({ position: { x: 20, y: 20 } });
  await page.keyboard.press('Control+z');
  await bench.select('some');
  await expect(chip).toHaveCount(0);
  await expect(share).toHaveValue('1');
  await bench.canvas.click({ position: { x: 20, y: 20 } });
  await page.keyboard.press('Control+Shift+z');
  await bench.select('some');
  await expect(chip).toContainText('3 values');

  // Without the chip there is no experiment any more; a value alone is one value.
  await page.getByRole('button', { name: 'One value of Share only' }).click();
  await expect(share).toHaveValue('1');
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).not.toContain('experiments');
  await share.fill('0.25; 0.5; 0.75');
  await share.blur();
  await expect(chip).toContainText('3 values');
  await page.keyboard.press('Control+s');
  await expect
    .poll(async () => Object(JSON.parse(await readFile(file, 'utf8'))).experiments as unknown)
    .toEqual({
      values: { vary: { 'some.share': [0.25, 0.5, 0.75] }, metrics: ['score.metrics:recall@1'] },
    });

  // What is chosen and not typed is varied by its choices.
  await page.getByRole('button', { name: 'Try several values of Type' }).click();
  await expect(page.getByTestId('several-type')).toContainText(/\d+ values/);
  await page.getByRole('button', { name: 'One value of Type only' }).click();

  // One that cannot be is said beside the field; the chip leads to the experiment.
  await share.fill('0.25, half');
  await share.press('Enter');
  await expect(chip).toContainText('2 values, not “half”');
  await page
    .getByTestId('notice')
    .filter({ hasText: 'half' })
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect(chip).toContainText('3 values');
  await chip.getByRole('button', { name: '3 values', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Experiment values' });
  const planned = panel.getByTestId('planned-variants');
  await expect(planned).toContainText('3 variants, against “as saved”, by recall@1 of Score hits');
  await expect(planned.getByRole('rowheader')).toHaveText([
    ...['as saved', 'share 0.25 of the rows', 'share 0.5 of the rows', 'share 0.75 of the rows'],
  ]);
  await panel.getByRole('button', { name: 'Run the experiment' }).click();
  await expect(panel.getByTestId('experiment-status')).toContainText('succeeded');
  // The list of variants has made room, and the table is seen at the height that the panel has.
  const rows = panel.getByRole('group', { name: 'recall@1' }).getByRole('rowheader');
  await expect(rows).toHaveCount(4);
  await expect(planned.getByRole('group', { name: 'Variants' })).toBeHidden();
  await expect(rows.nth(0)).toBeInViewport({ ratio: 0.9 });
  await expect(rows.nth(1)).toBeInViewport({ ratio: 0.5 });
});

test('values that are typed leave an experiment of the file as it was written', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'several/hits.jsonl', hits);
  const file = path.join(workspace.folder, 'written-values.graft.json');
  const shares = {
    doc: 'How many rows does it take?',
    vary: { 'some.share': [0.1, 0.9] },
    metrics: ['score.metrics:recall@1'],
  };
  await writeFile(file, JSON.stringify({ ...graph, experiments: { shares } }));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'written-values.graft.json');
  await bench.select('some');
  await bench.tab('Parameters');
  const share = page.getByLabel('Share', { exact: true });
  await share.fill('0.25, 0.5');
  await page.keyboard.press('Enter');
  const notice = page.getByTestId('notice');
  await expect(notice).toContainText('Added the experiment “values”: Share 0.25, 0.5.');
  await expect(page.getByRole('region', { name: 'Experiment values' })).toBeVisible();
  await page.keyboard.press('Control+s');
  const saved = async (): Promise<unknown> =>
    Object(JSON.parse(await readFile(file, 'utf8'))).experiments as unknown;
  await expect.poll(saved).toEqual({
    shares,
    values: { vary: { 'some.share': [0.25, 0.5] }, metrics: ['score.metrics:recall@1'] },
  });
  await notice.getByRole('button', { name: 'Undo' }).click();
  await page.keyboard.press('Control+s');
  await expect.poll(saved).toEqual({ shares });
});

test('a parameter within a subgraph says that it takes one value there', async ({
  page,
  workspace,
}) => {
  const { nodes, edges = [] } = chunking;
  const chunk = { type: 'chunk', params: { size: 97 } };
  await workspace.graph('several-within', {
    nodes: { ...nodes, chunk, result: { type: 'output' } },
    edges: [...edges, 'chunk.chunks -> result.value'],
    layout: { files: [0, 0], chunk: [280, 0], result: [560, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'several-within.graft.json');
  await bench.select('chunk');
  await bench.makeSubgraph();
  await bench.node('subgraph').locator('.node-facts').dblclick();
  await bench.select('chunk');
  await bench.tab('Parameters');
  const size = page.getByLabel('Size', { exact: true });
  await size.fill('80, 90');
  await expect(page.getByText('To try several, expose this parameter')).toBeVisible();
  await size.blur();
  await expect(size).toHaveValue('97');
});
