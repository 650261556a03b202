import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { gatherComplaints } from './complaints.ts';
import { runGraft } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { chunking, expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Bytes of a page at most: it is sent by mail. */
const largestPage = 3_000_000;

/** Documents cut into chunks; hits, which need no model since they are in a file; and what these are worth. */
const demo: SmallGraph = {
  nodes: {
    ...chunking.nodes,
    hits: { type: 'load-rows', params: { type: 'hits', file: 'hits.jsonl' } },
    score: { type: 'score-hits' },
    training: { type: 'load-rows', params: { type: 'metrics', file: 'losses.jsonl' } },
  },
  edges: [...(chunking.edges ?? []), 'hits.rows -> score.hits'],
};

/** Question lists whose first hit is right for every third; the last ones are too many for a page of rows. */
const hits = Array.from({ length: 1_200 }, (_, at) => ({
  id: `q${String(at)}`,
  question: { id: `q${String(at)}`, question: `Question ${String(at)}?`, documents: ['a.md'] },
  hits: [0, 1].map((rank) => ({
    rank: rank + 1,
    score: 1 / (rank + 1),
    scores: { bm25: 2 },
    chunk: chunkOf(`Passage ${String(rank)} on heron ${String(at)}`, rank === at % 3),
  })),
}));

/** As a training writes them. */
const losses = Array.from({ length: 80 }, (_, step) => ({
  ...{ series: step % 8 === 7 ? 'eval' : 'train', step: step + 1 },
  values: { loss: 4 / (step + 1) },
}));

const lines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function chunkOf(text: string, right: boolean): object {
  const documentId = right ? 'a.md' : 'b.md';
  const place = { documentId, path: documentId, title: 'A', firstLine: 1, lastLine: 2 };
  const source = { ...place, start: 0, end: text.length };
  return { id: `${documentId} ${text}`, text, headings: [], metadata: {}, source };
}

/** Opens a page from disk, without a network; gives what the browser complained of, and what it asked for besides. */
async function openFromDisk(page: Page, file: string): Promise<readonly string[]> {
  // What it was on asks its server no more.
  await page.goto('about:blank');
  const complaints = await gatherComplaints(page);
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(request.url());
  });
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(file).href);
  return complaints;
}

test('a run is exported as one page, which works from disk and without a network', async ({
  page,
  workspace,
}) => {
  const { folder } = workspace;
  await giveFile(folder, 'hits.jsonl', lines(hits));
  await giveFile(folder, 'losses.jsonl', lines(losses));
  await giveFile(
    folder,
    'notes/hostile.md',
    '# Hostile\n\n</script><script>document.title = "taken"</script><!-- <b>bold</b>\n',
  );
  await workspace.graph('demo', demo);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'demo.graft.json');
  await bench.run();
  await bench.reaches('score', 'succeeded');
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as HTML' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^demo-.+\.html$/);
  const file = path.join(folder, 'demo.html');
  await download.saveAs(file);
  expect((await stat(file)).size).toBeLessThan(largestPage);

  const complaints = await openFromDisk(page, file);
  await test.step('what came of it stands before how', async () => {
    const parts = page.getByRole('main').getByRole('heading', { level: 2 });
    await expect(parts.first()).toHaveText('Result');
    await expect(page.getByTestId('result-headline')).toContainText(/\d+ chunks/);
    const titles = await parts.allTextContents();
    expect(titles.indexOf('Steps')).toBeGreaterThan(titles.indexOf('Score hits'));
    expect(titles.at(-1)).toBe('Versions');
    // Of a few rows there is nothing to search.
    const chunks = page.getByRole('article', { name: 'Result of Chunk' });
    await expect(chunks.locator('[data-row]').first()).toBeVisible();
    await expect(chunks.locator('.output-bar')).toHaveCount(0);
  });
  await test.step('the notebook, with its parameters', async () => {
    await expect(page).toHaveTitle('demo');
    const cells = page.locator('.cell');
    // Every step, and the outputs of the two that nothing uses.
    await expect(cells).toHaveCount(7);
    await expect(page.locator('.cell[data-status="succeeded"]')).toHaveCount(5);
    const step = (name: string) => page.getByRole('article', { name, exact: true });
    await expect(step('Chunk').locator('.cell-settings')).toHaveText('size=128');
    await expect(step('Chunk').locator('.cell-links')).toHaveText('documents from Files');
    await expect(step('Files')).toContainText('Hostile');
    await page.getByRole('link', { name: 'Score hits' }).click();
    await expect(step('Score hits')).toBeInViewport();
    await step('Score hits')
      .getByRole('link', { name: /^Its output is above/ })
      .click();
    await expect(page.getByRole('article', { name: 'Result of Score hits' })).toBeInViewport();
  });
  await test.step('texts of documents are texts', async () => {
    const chunks = page.getByRole('article', { name: 'Result of Chunk' });
    await chunks.getByText('notes/hostile.md').click();
    await expect(chunks).toContainText('</script><script>document.title = "taken"</script><!--');
    await expect(page.locator('.cell b', { hasText: 'bold' })).toHaveCount(0);
  });
  await test.step('a hit is unfolded', async () => {
    const rows = page.locator('#node-hits');
    await expect(rows.getByText('Passage 1 on heron 0')).toBeHidden();
    await rows.locator('.gk-hit summary').nth(1).click();
    await expect(rows.getByText('Passage 1 on heron 0')).toBeVisible();
  });
  await test.step('rows are found and gone to, and it is said which are not there', async () => {
    const rows = page.locator('#node-hits');
    await expect(rows).toContainText('1,000 of 1,200 rows');
    await rows.getByLabel('Find in all rows').fill('HERON 777');
    await expect(rows.getByTestId('found')).toHaveText('1+');
    await page.keyboard.press('Enter');
    await expect(rows.locator('[data-current="true"]')).toContainText('Question 777?');
    await expect(rows.getByText('Passage 0 on heron 777')).toBeVisible();
    await rows.getByRole('button', { name: 'Last', exact: true }).click();
    await expect(rows.locator('[data-current="true"]')).toContainText('Question 999?');
    await rows.getByRole('button', { name: 'Only rows that match' }).click();
    await expect(rows.locator('[data-row]')).toHaveCount(1);
    await expect(rows).toContainText('1 of 1,200 rows');
  });
  await test.step('a table is searched', async () => {
    const table = page.getByRole('article', { name: 'Result of Score hits' });
    await table.getByLabel('Find in all rows').fill('question 777?');
    await page.keyboard.press('Enter');
    await expect(table.getByTestId('found')).toHaveText('1 of 1');
    await expect(table.locator('tr[data-current="true"]')).toContainText('Question 777?');
    await expect(table.locator('tr[data-current="true"]')).toBeInViewport();
  });
  await test.step('a table is sorted', async () => {
    const table = page.getByRole('article', { name: 'Result of Score hits' }).getByRole('table');
    const first = table.locator('tbody tr').first();
    await expect(first).toContainText('Question 0?');
    await table.getByRole('button', { name: 'mrr' }).click();
    await table.getByRole('button', { name: 'mrr' }).click();
    // The least first: no hit is right for every third question.
    await expect(first).toContainText('Question 2?');
  });
  await test.step('a curve is drawn, and looked at in another scale', async () => {
    const curve = page.locator('#node-training');
    await curve.scrollIntoViewIfNeeded();
    await expect(curve.locator('.gk-chart canvas')).toBeVisible();
    await curve.getByRole('button', { name: 'log' }).click();
    await expect(curve.getByRole('button', { name: 'log' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
  });
  await test.step('an output is drawn higher, and folded away', async () => {
    const scores = page.getByRole('article', { name: 'Result of Score hits' });
    const output = scores.locator('.cell-output');
    await scores.getByRole('separator').focus();
    const height = await output.evaluate(({ clientHeight }) => clientHeight);
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => output.evaluate(({ clientHeight }) => clientHeight))
      .toBeGreaterThan(height);
    await scores.getByRole('button', { name: 'Fold the output' }).click();
    await expect(output).toHaveCount(0);
    await scores.getByRole('button', { name: 'Show the output' }).click();
    await expect(output).toBeVisible();
  });
  await test.step('on paper it has all rows that the page holds, in light colours', async () => {
    const only = page.locator('#node-hits').getByRole('button', { name: 'Only rows that match' });
    await only.click();
    await page.evaluate(() => {
      addEventListener('beforeprint', () => {
        const printed = document.querySelectorAll('#node-hits [data-row]');
        const { theme } = document.documentElement.dataset;
        document.body.dataset['printed'] = `${String(printed.length)} rows, ${String(theme)}`;
      });
    });
    await page.pdf();
    await expect(page.locator('body')).toHaveAttribute('data-printed', '1000 rows, light');
    await expect(page.locator('html')).not.toHaveAttribute('data-theme');
    await only.click();
  });
  await test.step('on paper it is the cells alone, and nothing of them is cut off', async () => {
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('navigation', { name: 'Outline' })).toBeHidden();
    await expect(page.locator('.cell-output')).toHaveCount(5);
    const cut = await page
      .locator('.cell-output')
      .evaluateAll((outputs) => outputs.some((one) => one.scrollHeight > one.clientHeight + 1));
    expect(cut).toBe(false);
  });
  expect(complaints).toEqual([]);
});

test('the command line writes the same page, and the command menu downloads it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('chunking', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'chunking.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Export the run');
  await expect(page.locator('[cmdk-item]')).toHaveText('Export the run as HTML');
  const coming = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  expect((await coming).suggestedFilename()).toMatch(/^chunking-.+\.html$/);

  // The same in Markdown, as the command writes it.
  const written = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as Markdown' }).click();
  const markdown = await written;
  expect(markdown.suggestedFilename()).toMatch(/^chunking-.+\.md$/);
  const text = await readFile(await markdown.path(), 'utf8');
  const places = [
    '# chunking',
    '## Result',
    'lit at 05:40',
    '## Steps',
    'size = 128',
    '## Versions',
  ];
  const found = places.map((part) => text.indexOf(part));
  expect(found).not.toContain(-1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  // Left to its default.
  expect(text).not.toContain('overlap');

  const file = path.join(workspace.folder, 'cli.html');
  const at = ['--workspace', workspace.folder];
  await runGraft(['export', 'latest', '--format', 'html', '--out', file, ...at]);
  const complaints = await openFromDisk(page, file);
  await expect(page.getByRole('article', { name: 'Result of Chunk' })).toContainText('05:40');
  expect(complaints).toEqual([]);
});

test('nodes within a graph are folded away, and found by the outline and by their address', async ({
  page,
  workspace,
}) => {
  const { folder } = workspace;
  const node = (type: string, params: object) => ({ type, version: 1, params });
  const questions = node('questions', { questions: 'Why is the sky blue?' });
  const take = node('input', { type: 'questions' });
  const nested = {
    graft: 1,
    nodes: { asked: questions, drawn: node('graph', { use: '#draw' }) },
    edges: ['asked.questions -> drawn.take'],
    graphs: {
      draw: {
        nodes: { draw: node('sample-rows', { least: 1 }), take },
        edges: ['take.value -> draw.rows'],
      },
    },
  };
  const file = await giveFile(folder, 'nested.graft.json', JSON.stringify(nested));
  await runGraft(['run', file, '--workspace', folder]);
  const html = path.join(folder, 'nested.html');
  await runGraft(['export', 'latest', '--format', 'html', '--out', html, '--workspace', folder]);
  const complaints = await openFromDisk(page, html);
  const cell = page.locator('[id="node-drawn/draw"]');
  await expect(page.getByText('2 nodes inside')).toBeVisible();
  await expect(cell).toHaveCount(0);
  await page.getByRole('link', { name: 'Sample' }).click();
  await expect(cell).toContainText('Why is the sky blue?');
  await page.getByText('2 nodes inside').click();
  await expect(cell).toHaveCount(0);
  // The address is there already.
  await page.getByRole('link', { name: 'Sample' }).click();
  await expect(cell).toBeInViewport();
  await page.reload();
  await expect(cell).toBeInViewport();
  expect(complaints).toEqual([]);
});
