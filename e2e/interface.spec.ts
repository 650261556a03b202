import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
const cutter = {
  nodes: {
    documents: node('input', { type: 'documents' }),
    chunk: node('chunk', { size: 97 }),
    chunks: node('output'),
  },
  edges: ['documents.value -> chunk.documents', 'chunk.chunks -> chunks.value'],
  layout: { documents: [0, 0], chunk: [280, 0], chunks: [560, 0] },
};
const using = {
  graft: 1,
  nodes: {
    files: node('load-files', { paths: ['notes/*.md'] }),
    one: node('graph', { use: '#cut' }),
    two: node('graph', { use: '#cut' }),
  },
  edges: ['files.documents -> one.documents', 'files.documents -> two.documents'],
  graphs: { cut: cutter },
  layout: { files: [0, 0], one: [280, 0], two: [280, 220] },
};

test('a parameter is exposed within a graph, set by its uses, and kept again', async ({
  page,
  workspace,
}) => {
  const file = path.join(workspace.folder, 'exposing.graft.json');
  await writeFile(file, JSON.stringify(using));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'exposing.graft.json');
  // A graph that takes and gives nothing has nobody to give a parameter to.
  await bench.select('files');
  await bench.tab('Parameters');
  await expect(page.getByTestId('exposed-paths')).toHaveCount(0);
  await bench.node('one').locator('.node-facts').dblclick();
  await bench.select('documents');
  await expect(page.getByLabel('Name', { exact: true })).toBeVisible();
  await expect(page.getByTestId('exposed-type')).toHaveCount(0);
  await bench.select('chunk');
  await page.getByRole('button', { name: 'Expose Size' }).press('Enter');
  const exposed = page.getByTestId('exposed-size');
  await expect(exposed).toHaveText('exposed as “size”');
  await expect(exposed).toBeFocused();

  await page.getByRole('button', { name: 'Leave' }).click();
  for (const [use, size] of [
    ['one', '41'],
    ['two', '41'],
  ] as const) {
    await bench.select(use);
    await bench.fill('Size', size);
  }
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('"set.size": 41');
  expect(await readFile(file, 'utf8')).toContain('"size": "chunk.size"');

  await bench.node('one').locator('.node-facts').dblclick();
  await bench.select('chunk');
  await exposed.click();
  await expect(exposed).toHaveText('Expose');
  // Both uses gave it 41, so it goes on to be that.
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('41');
  await page.getByRole('button', { name: 'Leave' }).click();
  await bench.select('two');
  await expect(page.getByLabel('Size', { exact: true })).toHaveCount(0);
  // What is undone is shown where it was done.
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Leave' }).click();
  await bench.select('two');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('41');
});

test('a use of a subgraph is pasted into another file with the subgraph', async ({
  page,
  workspace,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await writeFile(path.join(workspace.folder, 'copy-from.graft.json'), JSON.stringify(using));
  const there = { graft: 1, nodes: {}, graphs: { cut: { nodes: { other: node('prompt') } } } };
  const file = path.join(workspace.folder, 'copy-to.graft.json');
  await writeFile(file, JSON.stringify(there));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'copy-from.graft.json');
  await bench.select('one');
  await page.keyboard.press('Control+c');
  await page.getByRole('button', { name: 'copy-to', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('copy-to');
  await page.keyboard.press('Control+v');
  await expect(bench.node('one')).toContainText('#cut-2');
  await expect(page.getByTestId('handle-one-documents')).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('"size": 97');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.react-flow__node')).toHaveCount(0);
});

test('an input of a graph file that is opened alone says who gives it, and its sample', async ({
  page,
  workspace,
}) => {
  const graph = {
    graft: 1,
    nodes: {
      ...cutter.nodes,
      question: node('input'),
      asked: node('questions', { questions: 'When is the kiln lit?' }),
      questions: node('output'),
    },
    edges: [
      ...cutter.edges,
      'asked.questions -> question.sample',
      'question.value -> questions.value',
    ],
    layout: { ...cutter.layout, asked: [-280, 220], question: [0, 220], questions: [280, 220] },
  };
  await writeFile(path.join(workspace.folder, 'opened-alone.graft.json'), JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'opened-alone.graft.json');
  // What it lacks when it runs by itself is known by then.
  await expect(page.getByTestId('problem-count')).toHaveText('1 to fill in');
  await expect(bench.node('documents')).toContainText('set by caller; no sample');
  await expect(bench.node('question')).toContainText('set by caller; sample: Questions');
  await bench.select('documents');
  await bench.tab('Output');
  await expect(page.getByTestId('inspector')).toContainText(
    'The caller of this graph sets this input.',
  );
});
