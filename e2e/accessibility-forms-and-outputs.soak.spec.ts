import { existsSync, readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { accuracies, jsonl, rowsOfTypes } from './rows-of-types.ts';
import { giveFile } from './small-graphs.ts';
import { chunking, expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Milliseconds that a first run may take: it downloads the models where they are not here yet. */
const firstRun = 400_000;

/** Shows all of a notebook: cells out of sight too, and what is folded in them. */
async function showWhole(page: Page): Promise<void> {
  await page.evaluate(() => {
    const style = new CSSStyleSheet();
    style.replaceSync(
      '.cell { content-visibility: visible !important } .cell-output { max-height: none !important }',
    );
    document.adoptedStyleSheets = [style];
    document.querySelectorAll('.cell details').forEach((more) => more.setAttribute('open', ''));
  });
}

test('the form of every node type', async ({ page, workspace }) => {
  const folder = path.join(import.meta.dirname, '../nodes');
  const types = readdirSync(folder).filter((type) =>
    existsSync(path.join(folder, type, 'node.ts')),
  );
  expect(types.length).toBeGreaterThan(40);
  const given: Readonly<Record<string, object>> = {
    'load-files': { paths: ['notes/*.md'] },
    generate: { adapterWeights: [1, 0.5] },
  };
  const structural = ['input', 'output', 'graph', 'repeat'];
  const nodes = Object.fromEntries(
    [...types, ...structural].map((type) => [type, { type, params: given[type] ?? {} }]),
  );
  await workspace.graph('every-type', { nodes });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'every-type.graft.json');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  const cells = page.locator('.cell');
  await expect(cells).toHaveCount(types.length + structural.length);
  await page.evaluate(() => {
    const settings = document.querySelectorAll<HTMLElement>('.cell-settings');
    settings.forEach((one) => one.click());
  });
  await expect(cells.last().locator('.cell-form')).not.toBeEmpty();
  await showWhole(page);
  await expectAccessible(page, 'every form');
});

test('the output of every type of rows, as a notebook and as an app', async ({
  page,
  workspace,
}) => {
  for (const [type, rows] of Object.entries(rowsOfTypes)) {
    await giveFile(workspace.folder, `rows/${type}.jsonl`, jsonl(rows));
  }
  await giveFile(workspace.folder, 'rows/others.jsonl', jsonl(accuracies(() => 1)));
  // More than are read at a glance, so that there is something to search in.
  const answers = rowsOfTypes['answers'] ?? [];
  const many = [answers, answers, answers].map((rows, of) =>
    rows.map((row, at) => ({ ...Object(row), id: `q${String(of * answers.length + at + 1)}` })),
  );
  await giveFile(workspace.folder, 'rows/answers.jsonl', jsonl(many.flat()));
  const types = Object.keys(rowsOfTypes);
  const graph: SmallGraph = {
    nodes: {
      ...Object.fromEntries(
        types.map((type) => [
          type,
          { type: 'load-rows', params: { type, file: `rows/${type}.jsonl` } },
        ]),
      ),
      compare: { type: 'compare', params: { names: ['one', 'another'] } },
      again: { type: 'load-rows', params: { type: 'metrics', file: 'rows/others.jsonl' } },
      result: { type: 'output', params: { doc: 'What was answered.' } },
    },
    edges: [
      'metrics.rows -> compare.metrics',
      'again.rows -> compare.metrics',
      'answers.rows -> result.value',
    ],
  };
  await workspace.graph('every-output', graph);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'every-output.graft.json');
  await bench.run();
  for (const type of types) await bench.reaches(type, 'succeeded');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect(page.locator('.cell-output')).toHaveCount(types.length + 3);
  await showWhole(page);
  await expectAccessible(page, 'every output');
  await page.getByRole('button', { name: 'App', exact: true }).click();
  await expect(page.getByTestId('app-output-result')).toContainText('It is lit at 05:40');
  await expectAccessible(page, 'app');
  await page.getByRole('button', { name: 'Show the canvas' }).click();
  await bench.select('hits');
  await bench.tab('Output');
  await bench.output.locator('.gk-link').first().click();
  await expect(page.getByTestId('source')).toBeVisible();
  await expectAccessible(page, 'source');
  await page.keyboard.press('Escape');
  await bench.select('answers');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('noon');
  await page.keyboard.press('Enter');
  await expect(bench.output.locator('[data-current="true"]')).toContainText('At noon.');
  await expectAccessible(page, 'what was found in an output');

  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as HTML' }).click();
  const file = path.join(workspace.folder, 'every-output.html');
  await (await coming).saveAs(file);
  await page.goto(pathToFileURL(file).href);
  await expect(page.getByRole('article', { name: 'Compare', exact: true })).toBeVisible();
  await showWhole(page);
  await expectAccessible(page, 'the page of a run');
});

test('the output of models, embeddings, an index and an adapter', async ({ page, workspace }) => {
  await cp(
    path.join(import.meta.dirname, '../examples/reader/adapter'),
    path.join(workspace.folder, 'adapter'),
    { recursive: true },
  );
  await workspace.graph('models', {
    nodes: {
      ...chunking.nodes,
      embed: { type: 'embed' },
      index: { type: 'index' },
      base: { type: 'base-model', params: { model: 'SmolLM2-135M-Instruct' } },
      adapter: { type: 'load-adapter', params: { path: 'adapter' } },
      remote: { type: 'remote-model', params: { url: 'http://127.0.0.1:1/v1', model: 'kiln-1' } },
    },
    edges: [
      ...(chunking.edges ?? []),
      ...['chunk.chunks -> embed.chunks', 'embed.embeddings -> index.embeddings'],
      'base.model -> adapter.model',
    ],
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'models.graft.json');
  await bench.run();
  for (const node of ['index', 'adapter']) await bench.reaches(node, 'succeeded', firstRun);
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect(page.locator('.gk-heat')).toBeVisible();
  await showWhole(page);
  await expectAccessible(page, 'outputs of models');
});

test('an experiment that is running', async ({ page, workspace }) => {
  // Enough that it still runs when the page has been looked at.
  const [row] = rowsOfTypes['hits'] ?? [];
  const rows = Array.from({ length: 4_000 }, (_, at) => ({ ...Object(row), id: `q${String(at)}` }));
  await giveFile(workspace.folder, 'rows/hits.jsonl', jsonl(rows));
  await giveFile(
    workspace.folder,
    'many.graft.json',
    JSON.stringify({
      graft: 1,
      nodes: {
        hits: { type: 'load-rows', version: 1, params: { type: 'hits', file: 'rows/hits.jsonl' } },
        score: { type: 'score-hits', version: 1, params: { k: 1 } },
      },
      edges: ['hits.rows -> score.hits'],
      experiments: {
        depths: {
          vary: { 'score.k': Array.from({ length: 190 }, (_, at) => at + 1) },
          metrics: ['score.metrics:mrr'],
        },
      },
      layout: { hits: [0, 0], score: [280, 0] },
    }),
  );
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'many.graft.json');
  await bench.tab('Experiments');
  const depths = page.getByRole('region', { name: 'Experiment depths' });
  await depths.getByRole('button', { name: 'Run the experiment' }).click();
  await expect(depths.getByTestId('experiment-progress')).toContainText(/of 190/);
  await expectAccessible(page, 'an experiment that is running');
  // Its other runs would slow down the tests that follow.
  await depths.getByRole('button', { name: 'Cancel the experiment' }).click();
  await expect(depths.getByTestId('experiment-status')).toContainText('cancelled');
});

test('rows, labels and experiments', async ({ page, workspace }) => {
  const answers = rowsOfTypes['answers'] ?? [];
  await giveFile(workspace.folder, 'frozen/said/answers.jsonl', jsonl(answers));
  await giveFile(
    workspace.folder,
    'labelled.graft.json',
    JSON.stringify({
      graft: 1,
      nodes: {
        answers: {
          type: 'load-rows',
          version: 1,
          params: { type: 'answers', file: 'frozen/said/answers.jsonl' },
        },
        words: { type: 'evaluate', version: 1, params: { metrics: ['accuracy'] } },
        label: { type: 'label', version: 1, params: { file: 'frozen/said/answers.labels.jsonl' } },
      },
      edges: [
        'answers.rows -> label.answers',
        'answers.rows -> words.answers',
        'words.metrics -> label.verdicts',
      ],
      experiments: {
        rules: {
          doc: 'Which rule?',
          vary: { 'answers.file': ['frozen/said/answers.jsonl', 'frozen/said/others.jsonl'] },
          metrics: ['words.metrics:accuracy'],
        },
      },
      layout: { answers: [0, 0], words: [300, 160], label: [620, 0] },
    }),
  );
  await giveFile(workspace.folder, 'frozen/said/others.jsonl', jsonl(answers.slice(1)));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'labelled.graft.json');
  await bench.run();
  await bench.reaches('label', 'succeeded');
  await bench.select('label');
  await page.getByRole('button', { name: 'Label the answers' }).click();
  await expect(page.getByRole('listbox', { name: 'Answers' })).toBeFocused();
  await page.keyboard.press('r');
  await page.keyboard.press('w');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByTestId('labels-state')).toHaveText('Saved');
  await expectAccessible(page, 'labels');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notice')).toBeVisible();
  await page.getByTestId('notice').getByRole('button', { name: 'Run' }).click();
  await bench.reaches('label', 'succeeded');
  await bench.tab('Output');
  await bench.tab('agreement');
  await expectAccessible(page, 'agreement');

  await bench.select('answers');
  await bench.tab('Parameters');
  await page.getByRole('button', { name: 'Edit the rows' }).click();
  await expect(page.getByRole('listbox', { name: 'Rows' })).toBeFocused();
  await page.getByRole('textbox', { name: 'text', exact: true }).fill('At 05:40.');
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await page.keyboard.press('Control+z');
  await expectAccessible(page, 'rows');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'rows that are not saved');
  await page.getByRole('button', { name: 'Discard changes' }).click();

  await bench.tab('Experiments');
  await page
    .getByRole('list', { name: 'Experiments' })
    .getByRole('button', { name: /^rules/ })
    .click();
  const region = page.getByRole('region', { name: 'Experiment rules' });
  await expect(region.getByTestId('planned-variants')).toBeVisible();
  await expectAccessible(page, 'an experiment that is planned');
  await region.getByRole('button', { name: 'Run the experiment' }).click();
  await expect(region.getByTestId('experiment-status')).toContainText('succeeded');
  await expectAccessible(page, 'an experiment that ran');
  await bench.select('words');
  await bench.tab('Parameters');
  await bench.more();
  await expectAccessible(page, 'a form that can vary');
});

test('a parameter with several values', async ({ page, workspace }) => {
  await workspace.graph('several', {
    nodes: { ...chunking.nodes, some: { type: 'sample-rows', params: { type: 'chunks' } } },
    edges: [...(chunking.edges ?? []), 'chunk.chunks -> some.rows'],
    layout: { files: [0, 0], chunk: [280, 0], some: [560, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'several.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '64, 96, half');
  await page.getByLabel('Size', { exact: true }).blur();
  await expect(page.getByTestId('several-size')).toBeVisible();
  await expectAccessible(page, 'several values');
});
