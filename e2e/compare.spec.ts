import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { runGraft } from './served-workspace.ts';
import { expect, test } from './small-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const name = 'answers.graft.json';

interface Said {
  readonly right: (at: number) => boolean;
  readonly questions?: number;
  readonly referenced?: boolean;
}

/** Answers as a model would have written them, to questions that carry references, unless they are to have none. */
function answers({ right, questions = 24, referenced = true }: Said): string {
  return Array.from({ length: questions }, (_, at) => {
    const id = `q${String(at)}`;
    const source = { documentId: 'notes/kilns.md', path: 'notes/kilns.md', title: 'Kilns' };
    const span = { ...source, start: 0, end: 40, firstLine: 1, lastLine: at % 2 === 0 ? 3 : 5 };
    const hour = right(at) ? 5 : 7;
    return `${JSON.stringify({
      id,
      question: {
        id,
        question: `When is kiln ${String(at)} lit?`,
        ...(referenced ? { reference: 'At 05:40.' } : {}),
      },
      text: `The kiln is lit at 0${String(hour)}:40 [1].`,
      citations: [{ number: 1, chunkId: 'notes/kilns.md:0', source: span, by: 'written' }],
      ...{ promptTokens: 20, completionTokens: 9, finishReason: 'stop' },
    })}\n`;
  }).join('');
}

const graph = {
  graft: 1,
  nodes: {
    said: {
      ...{ type: 'load-rows', version: 1, title: 'What was said' },
      params: { type: 'answers', file: 'rows/before.jsonl' },
    },
    score: { type: 'evaluate', version: 1, params: { metrics: ['accuracy'] } },
  },
  edges: ['said.rows -> score.answers'],
  layout: { said: [0, 0], score: [320, 0] },
};

/** How the words that changed are coloured on both sides of the first row. */
function markColours(page: Page): Promise<readonly string[]> {
  return page
    .getByRole('feed')
    .getByRole('article')
    .first()
    .locator('mark')
    .evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor));
}

test('colours no word as right or wrong where no reference says so', async ({
  page,
  workspace,
}) => {
  const file = 'without-references.graft.json';
  const referenced = false;
  const texts = [
    answers({ right: () => false, referenced }),
    answers({ right: () => true, referenced }),
  ];
  await giveFile(workspace.folder, 'rows/before.jsonl', texts[0] ?? '');
  await giveFile(workspace.folder, 'rows/after.jsonl', texts[1] ?? '');
  const only = { said: graph.nodes.said };
  await giveFile(workspace.folder, file, JSON.stringify({ graft: 1, nodes: only }));
  const bench = new Workbench(page);
  await bench.open(workspace.url, file);
  await bench.run();
  await bench.reaches('said', 'succeeded');
  await bench.select('said');
  await bench.tab('Parameters');
  await page.getByRole('combobox', { name: 'File', exact: true }).fill('rows/after.jsonl');
  await bench.run();
  const marks = page.getByRole('list', { name: 'Runs' }).getByRole('checkbox');
  // A run that begins shows its steps.
  await expect(async () => {
    await bench.tab('All runs');
    await expect(marks).toHaveCount(2, { timeout: 1_000 });
  }).toPass();
  await marks.nth(0).check();
  await marks.nth(1).check();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByTestId('compared-nodes').getByRole('button', { name: 'rows' }).click();
  const first = page.getByRole('feed').getByRole('article').first();
  await expect(first.locator('mark')).toHaveText(['07', '05']);
  const [before, after] = await markColours(page);
  expect(before).toBe(after);
  await expect(first.locator('.chip')).toHaveCount(0);
});

test('sets two runs beside each other', async ({ page, workspace }) => {
  // Before, a third is right; after, those and a half of the others.
  await giveFile(workspace.folder, 'rows/before.jsonl', answers({ right: (at) => at % 3 === 0 }));
  await giveFile(
    workspace.folder,
    'rows/after.jsonl',
    answers({ right: (at) => at % 3 !== 1 || at === 1 }),
  );
  await giveFile(workspace.folder, name, JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, name);
  await bench.run();
  await bench.reaches('score', 'succeeded');
  await bench.select('said');
  await bench.tab('Parameters');
  await page.getByRole('combobox', { name: 'File', exact: true }).fill('rows/after.jsonl');
  await bench.run();
  await expect(bench.node('said')).toContainText('17 of 24 right');
  // A comparison shows what exists when it is opened.
  await bench.reaches('score', 'succeeded');

  // By keyboard alone: two runs are marked, then compared.
  await bench.tab('All runs');
  const marks = page.getByRole('list', { name: 'Runs' }).getByRole('checkbox');
  await expect(marks).toHaveCount(2);
  await marks.nth(0).press('Space');
  await marks.nth(1).press('Space');
  await page.getByRole('button', { name: 'Compare', exact: true }).press('Enter');

  await expect(page.getByTestId('comparison-summary')).toContainText(
    '1 parameter differs; 2 of 2 outputs differ. By accuracy, ',
  );
  await expectAccessible(page, 'a comparison');
  const settings = page.getByTestId('compared-settings');
  await expect(settings).toContainText('What was said');
  await expect(settings.getByRole('row', { name: /File/ }).locator('td')).toHaveText([
    'rows/before.jsonl',
    'rows/after.jsonl',
  ]);
  const metrics = page.getByTestId('compared-metrics');
  await expect(metrics.getByRole('row', { name: /Accuracy/ })).toContainText(
    '9 won, 15 tied, 0 lost',
  );
  await expect(metrics.locator('.gk-interval')).toBeVisible();

  await test.step('question by question, by keyboard', async () => {
    await page.getByTestId('compared-nodes').getByRole('button', { name: 'rows' }).press('Enter');
    await expect(page.getByTestId('row-counts')).toHaveText(
      /^9 of 24 answers differ *right: A 8 of 24, B 17 of 24 *9 became right *0 became wrong$/,
    );
    const rows = page.getByRole('feed').getByRole('article');
    await expect(rows.first()).toHaveAttribute('aria-setsize', '9');
    await expect(rows.first()).toContainText('When is kiln 1 lit?');
    // The words that changed are marked on both sides, and what else stays as it is.
    await expect(rows.first().getByTestId('side-A').locator('mark')).toHaveText('07');
    await expect(rows.first().getByTestId('side-B').locator('mark')).toHaveText('05');
    const [wrong, right] = await markColours(page);
    expect(wrong).not.toBe(right);
    await expect(rows.first().getByTestId('side-B')).toContainText('The kiln is lit at 05:40 [1].');
    await expectAccessible(page, 'answers beside each other');
    await rows.first().focus();
    await page.keyboard.press('End');
    await expect(page.locator('[aria-posinset="9"]')).toBeFocused();
    await page.keyboard.press('Home');
    await expect(page.locator('[aria-posinset="1"]')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('[aria-posinset="2"]')).toBeFocused();
    // What is the same is there when it is asked for, and the address holds that.
    await page.getByRole('checkbox', { name: 'Only differences' }).press('Space');
    await expect(rows.first()).toHaveAttribute('aria-setsize', '24');
    await expect(rows.first()).toContainText('same');
  });

  await test.step('and again by its address', async () => {
    await page.goto(page.url());
    const rows = page.getByRole('feed').getByRole('article');
    await expect(rows.first()).toHaveAttribute('aria-setsize', '24');
    await expect(rows.first().getByTestId('side-A')).toContainText('The kiln is lit at 05:40');
    // The place that an answer cites opens, as it does in the inspector.
    await rows
      .first()
      .getByRole('button', { name: /^notes\/kilns\.md/ })
      .first()
      .click();
    await expect(page.locator('dialog[open]')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('dialog[open]')).toBeHidden();
    await page.keyboard.press('Escape');
    await expect(bench.node('said')).toBeVisible();
    await expect.poll(() => new URL(page.url()).searchParams.has('side')).toBe(false);
  });
});

test('says what a side lacks, and compares nodes and variants', async ({ page, workspace }) => {
  const file = 'lacking.graft.json';
  await giveFile(workspace.folder, 'rows/left.jsonl', answers({ right: () => true }));
  await giveFile(workspace.folder, 'rows/right.jsonl', answers({ right: (at) => at < 9 }));
  const rows = (of: string) => ({
    ...{ type: 'load-rows', version: 1 },
    params: { type: 'answers', file: `rows/${of}.jsonl` },
  });
  const write = (source: string): Promise<string> =>
    giveFile(
      workspace.folder,
      file,
      JSON.stringify({
        graft: 1,
        nodes: {
          ...{ left: rows('left'), right: rows('right') },
          score: { type: 'evaluate', version: 1, params: { metrics: ['accuracy', 'rougeL'] } },
        },
        edges: [`${source}.rows -> score.answers`],
        experiments: {
          files: {
            vary: { 'left.file': ['rows/left.jsonl', 'rows/right.jsonl'] },
            metrics: ['score.metrics:accuracy'],
          },
        },
        layout: { left: [0, 0], right: [0, 200], score: [320, 0] },
      }),
    );
  await write('left');
  const bench = new Workbench(page);
  await bench.open(workspace.url, file);
  await bench.select('left');
  await bench.runUpToHere();
  await bench.reaches('left', 'succeeded');
  await bench.run();
  await bench.reaches('score', 'succeeded');
  await bench.reaches('right', 'succeeded');

  await test.step('two nodes of one run', async () => {
    await bench.select('left');
    await bench
      .node('right')
      .locator('header')
      .click({ modifiers: ['Shift'] });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('compare the selected');
    await expect(page.getByRole('option', { name: /^Compare the selected/ })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('list', { name: 'Sides' })).toContainText('Rows (left)');
    // It begins with their only output.
    await expect(page.getByTestId('row-counts')).toContainText('15 of 24 answers differ');
    await expect(page.getByTestId('row-counts')).toContainText('15 became wrong');
    await page.goBack();
    await expect(bench.node('left')).toBeVisible();
  });

  await test.step('a variant and its baseline, from the table of the experiment', async () => {
    await bench.tab('Experiments');
    const region = page.getByRole('region', { name: 'Experiment files' });
    await region.getByRole('button', { name: 'Run the experiment' }).click();
    await expect(region.getByTestId('experiment-status')).toContainText('succeeded');
    await region.getByRole('button', { name: /^Compare “.*right.*” with “/ }).click();
    await expect(page.getByTestId('comparison-summary')).toHaveText(
      '1 parameter differs; 2 of 2 outputs differ. By accuracy, “A”, the baseline, leads (1.00). “B” is worse than the baseline.',
    );
    await expect(page.getByTestId('compared-metrics')).toContainText('0 won, 9 tied, 15 lost');
    await page.getByRole('button', { name: 'Swap' }).click();
    await expect(page.getByTestId('comparison-summary')).toContainText(
      'By accuracy, “B” leads (1.00). It is better than the baseline, “A” (0.38).',
    );
    await page.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('a node that did not run, and results that are gone', async () => {
    await bench.tab('All runs');
    const runs = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
    await expect(runs).toHaveCount(2);
    await runs.nth(1).hover();
    await runs.nth(1).getByRole('button', { name: 'Compare with latest' }).click();
    const nodes = page.getByTestId('compared-nodes');
    await expect(nodes.getByRole('row', { name: /Evaluate/ })).toContainText('did not run');
    await expect(nodes.getByRole('row', { name: /left/ })).toBeHidden();
    await runGraft(['cache', 'gc', '--max-size', '0', '--workspace', workspace.folder]);
    await page.reload();
    await expect(nodes).toContainText('removed: ');
    await page.getByRole('checkbox', { name: 'Only differences' }).click();
    await page.getByRole('navigation', { name: 'Outputs' }).getByRole('button').last().click();
    await expect(page.getByTestId('lack').first()).toBeVisible();
    await expectAccessible(page, 'a comparison of what is gone');
  });

  await test.step('what is connected otherwise, and metrics by their names', async () => {
    await write('right');
    await bench.open(workspace.url, file);
    await expect(page.getByTestId('plan-line')).toContainText('3 will run');
    await bench.run();
    await expect(page.getByTestId('plan-line')).toHaveText('all reused');
    await bench.tab('All runs');
    const runs = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
    await expect(runs).toHaveCount(3);
    await runs.nth(1).hover();
    await runs.nth(1).getByRole('button', { name: 'Compare with latest' }).click();
    await expect(page.getByTestId('comparison-summary')).toContainText(/^2 connections differ; /);
    const edges = page.getByTestId('compared-edges').locator('tbody').getByRole('row');
    await expect(edges).toHaveText([
      /Rows \(left\) · rows.*Evaluate · answers *connected *not connected/,
      /Rows \(right\) · rows.*Evaluate · answers *not connected *connected/,
    ]);
    await expect(page.getByTestId('compared-metrics')).toContainText('ROUGE-L');
    await expectAccessible(page, 'edges that differ');
  });
});

test('compares two nodes of one name by what is connected to each, the earlier one first', async ({
  page,
  workspace,
}) => {
  const file = 'connected-otherwise.graft.json';
  await giveFile(workspace.folder, 'rows/bare.jsonl', answers({ right: (at) => at < 3 }));
  const rows = {
    type: 'load-rows',
    version: 1,
    params: { type: 'answers', file: 'rows/bare.jsonl' },
  };
  const sample = {
    ...{ type: 'sample-rows', version: 1 },
    params: { type: 'answers', share: 0.5, least: 0 },
  };
  await giveFile(
    workspace.folder,
    file,
    JSON.stringify({
      graft: 1,
      nodes: { said: rows, sample, 'sample-2': sample },
      edges: ['said.rows -> sample.rows', 'sample.rows -> sample-2.rows'],
      layout: { said: [0, 0], sample: [320, 0], 'sample-2': [640, 0] },
    }),
  );
  const bench = new Workbench(page);
  await bench.open(workspace.url, file);
  await bench.run();
  await bench.reaches('sample-2', 'succeeded');
  // The later one is chosen first.
  await bench.select('sample-2');
  await bench
    .node('sample')
    .locator('header')
    .click({ modifiers: ['Shift'] });
  await page.getByTestId('inspector').getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Sides' }).getByRole('listitem')).toHaveText([
    /Sample 1/,
    /Sample 2/,
  ]);
  await page.getByRole('button', { name: 'Overview' }).click();
  await expect(page.getByTestId('comparison-summary')).toContainText(/^2 connections differ; /);
  await expect(page.getByTestId('compared-edges').locator('tbody').getByRole('row')).toHaveText([
    /^Rows · rows *rows *connected *not connected$/,
    /^Sample 1 · rows *rows *not connected *connected$/,
  ]);
  await expectAccessible(page, 'two nodes beside each other');
});

test('an address with what cannot be the name of a run says so', async ({ page, workspace }) => {
  const address = new URL(workspace.url);
  address.searchParams.set('view', 'compare');
  for (const side of ['x', 'y']) address.searchParams.append('side', side.repeat(6_000));
  await page.goto(address.href);
  await expect(page.getByRole('main')).toContainText('does not name two runs to compare');
});
