import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './small-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const name = 'search.graft.json';

/** Hits as another program would have written them: the right document for the first `found` questions, else a wrong one. */
function hits(found: number, questions = 24): string {
  return Array.from({ length: questions }, (_, at) => {
    const document = at < found ? 'right.md' : 'wrong.md';
    const source = { documentId: document, path: document, title: document, start: 0, end: 4 };
    const chunk = { id: `${document}:0`, text: 'Text', headings: [], metadata: {} };
    return JSON.stringify({
      id: `q${String(at)}`,
      question: { id: `q${String(at)}`, question: 'Which?', documents: ['right.md'] },
      hits: [
        {
          ...{ rank: 1, score: 1, scores: { dense: 1 } },
          chunk: { ...chunk, source: { ...source, firstLine: 1, lastLine: 1 } },
        },
      ],
    });
  })
    .map((line) => `${line}\n`)
    .join('');
}

const graph = {
  graft: 1,
  nodes: {
    hits: { type: 'load-rows', version: 1, params: { type: 'hits', file: 'rows/some.jsonl' } },
    score: { type: 'score-hits', version: 1, params: { k: 1 } },
  },
  edges: ['hits.rows -> score.hits'],
  experiments: {
    search: {
      doc: 'Whose hits are best?',
      vary: { 'hits.file': ['rows/some.jsonl', 'rows/most.jsonl', 'rows/few.jsonl'] },
      metrics: ['score.metrics:mrr'],
    },
    broken: { vary: { 'score.kk': [1, 2] }, metrics: ['score.metrics:mrr'] },
  },
  layout: { hits: [0, 0], score: [280, 0] },
};

test('runs an experiment of the file and shows what its table says', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'rows/some.jsonl', hits(12));
  await giveFile(workspace.folder, 'rows/most.jsonl', hits(24));
  await giveFile(workspace.folder, 'rows/few.jsonl', hits(11));
  const file = path.join(workspace.folder, name);
  await writeFile(file, JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, name);

  await bench.tab('Experiments');
  const list = page.getByRole('list', { name: 'Experiments' });
  await expect(list).toContainText('search3 variants');
  // What is wrong with one is said before it runs, and it cannot be started.
  await list.getByRole('button', { name: /^broken/ }).click();
  const broken = page.getByRole('region', { name: 'Experiment broken' });
  await expect(broken).toContainText('has no parameter "kk". Did you mean "k"?');
  await expect(broken.getByRole('button', { name: 'Run the experiment' })).toBeDisabled();

  // From the command menu, by keyboard; an edit is saved first, as it is for a run.
  await bench.select('score');
  await bench.tab('Parameters');
  await bench.fill('k', '2');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('run an experiment search');
  await expect(page.getByRole('option', { name: /^Run the experiment “search”/ })).toBeVisible();
  await page.keyboard.press('Enter');
  const search = page.getByRole('region', { name: 'Experiment search' });
  await expect(search.getByTestId('experiment-status')).toContainText('succeeded');
  expect(await readFile(file, 'utf8')).toContain('"k": 2');
  // The file as saved is one of its variants: nothing of it is left to run.
  await expect(page.getByTestId('plan-line')).toHaveText('all reused');
  await expect(search.getByTestId('verdict')).toHaveText(
    'By MRR, file rows/most.jsonl leads (1.00). It is better than the baseline, file rows/some.jsonl (0.50). 24 questions are too few to tell file rows/few.jsonl from the baseline.',
  );

  const table = search.getByRole('group', { name: 'mrr' });
  const variants = (): Promise<string[]> => table.getByRole('rowheader').allInnerTexts();
  await expect
    .poll(variants)
    .toEqual([
      expect.stringMatching(/^file rows\/most\.jsonl\s*leads/),
      expect.stringContaining('some'),
      expect.stringMatching(/few\.jsonl\s*may be as good/),
    ]);
  // Green, because the table shows that it is better.
  await expect(table.locator('tr[data-standing="leads"]')).toHaveAttribute('data-shown', 'true');
  await expect(table.getByRole('row', { name: /^file rows\/some/ })).toContainText('baseline');
  await expect(table.locator('.gk-interval').first()).toBeVisible();
  // With both side panels open, variant, verdict and mean are seen without scrolling; the rest when asked for.
  const heads = (): Promise<string[]> => table.getByRole('columnheader').allInnerTexts();
  await expect.poll(heads).toEqual(['Variant', 'Shown', 'Mean ↓', 'Difference']);
  const reach = () => table.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
  await expect.poll(reach).toBe(0);
  await table.getByRole('button', { name: 'More columns' }).press('Enter');
  await expect.poll(heads).toContain('Rows · file');
  await table.getByRole('button', { name: 'Fewer columns' }).press('Enter');
  await expect(table.getByRole('columnheader', { name: 'Mean' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  await table.getByRole('button', { name: 'Mean' }).click();
  await expect.poll(async () => (await variants())[0]).toContain('few');
  // The heads stay while the rows go by below them.
  await table.getByRole('rowheader').first().hover();
  await page.mouse.wheel(0, 120);
  await expect.poll(() => search.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(80);
  await expect(table.getByRole('columnheader', { name: 'Mean' })).toBeInViewport({ ratio: 1 });

  for (const [button, begin] of [
    ['CSV', 'variant,hits.file,metric,direction,mean'],
    ['Markdown', 'By MRR, file rows/most.jsonl leads (1.00).'],
  ] as const) {
    const download = page.waitForEvent('download');
    await search.getByRole('button', { name: button }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text.startsWith(begin)).toBe(true);
    expect(text).toContain('rows/most.jsonl');
  }

  // Found again by whoever comes later: the tab stands in the address.
  await page.reload();
  await expect(bench.node('score')).toBeVisible();
  await list.getByRole('button', { name: /^search/ }).click();
  await expect(search.getByTestId('verdict')).toContainText('It is better than the baseline');
});

test('says how far an experiment is, and cancels it', async ({ page, workspace }) => {
  // Enough that it still runs when the page has been loaded again.
  await giveFile(workspace.folder, 'rows/some.jsonl', hits(2_000, 4_000));
  const many = 'many-experiments.graft.json';
  const values = Array.from({ length: 190 }, (_, at) => at + 1);
  const experiments = { depths: { vary: { 'score.k': values }, metrics: ['score.metrics:mrr'] } };
  await writeFile(path.join(workspace.folder, many), JSON.stringify({ ...graph, experiments }));
  const bench = new Workbench(page);
  await bench.open(workspace.url, many);
  await bench.tab('Experiments');
  const depths = page.getByRole('region', { name: 'Experiment depths' });
  const run = depths.getByRole('button', { name: 'Run the experiment' });
  await expect(run).toBeEnabled();
  await run.press('Enter');
  await expect(depths.getByRole('button', { name: 'Cancel the experiment' })).toBeFocused();
  await expect(depths.getByTestId('experiment-progress')).toContainText(
    /Run [2-9]\d* of 190, \d+ % · [1-9]\d* steps computed, \d+ reused/,
  );
  // After a reload it is on the screen as before.
  await page.reload();
  await expect(depths.getByTestId('experiment-progress')).toContainText(/of 190/);
  await depths.getByRole('button', { name: 'Cancel the experiment' }).click();
  await expect(depths.getByTestId('experiment-status')).toContainText('cancelled');
  await expect(depths.getByRole('button', { name: 'Run the experiment' })).toBeEnabled();
});

test('recommends one of the ways, which opens as a graph of its own', async ({
  page,
  workspace,
}) => {
  const ways = { alone: 10, 'with search': 60, 'with search and more': 62 };
  for (const [way, found] of Object.entries(ways))
    await giveFile(workspace.folder, `rows/${way}.jsonl`, hits(found, 80));
  const arms = Object.fromEntries(
    Object.keys(ways).map((way) => [way, { set: { 'hits.file': `rows/${way}.jsonl` } }]),
  );
  const asked = {
    ...graph,
    nodes: {
      ...graph.nodes,
      hits: { ...graph.nodes.hits, params: { type: 'hits', file: 'rows/alone.jsonl' } },
    },
    experiments: {
      ways: {
        ...{ arms, baseline: 'alone', metrics: ['score.metrics:mrr'] },
        prefer: Object.keys(ways),
      },
    },
  };
  await writeFile(path.join(workspace.folder, 'which.graft.json'), JSON.stringify(asked));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'which.graft.json');
  await bench.tab('Experiments');
  const panel = page.getByRole('region', { name: 'Experiment ways' });
  await panel.getByRole('button', { name: 'Run the experiment' }).click();
  await expect(panel.getByTestId('verdict')).toContainText(
    'Use “with search” (0.75): by MRR, it is better than “alone” (0.13). 80 questions show no difference from “with search and more” (0.78), which takes more work.',
  );
  await panel.getByRole('button', { name: 'Open “with search” as a graph …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open as a graph' });
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('with-search');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('with-search');
  await expect(bench.node('hits')).toContainText('rows/with search.jsonl');
  await expect(page.getByTestId('problem-count')).toHaveCount(0);
  await bench.run();
  await bench.reaches('score', 'cached');
});
