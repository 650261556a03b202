import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** With an output node, so that a border is crossed on both sides. */
const answering: SmallGraph = {
  nodes: {
    ...chunking.nodes,
    // A size of its own: what another test made of the same files would be reused.
    chunk: { type: 'chunk', params: { size: 96 } },
    result: { type: 'output' },
  },
  edges: [...(chunking.edges ?? []), 'chunk.chunks -> result.value'],
  layout: { files: [0, 0], chunk: [280, 0], result: [560, 0] },
};

test('two nodes become a subgraph, run, show their output at it, and are inlined again', async ({
  page,
  workspace,
}) => {
  await workspace.graph('composed', answering);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'composed.graft.json');
  await bench.select('files');
  await bench
    .node('chunk')
    .locator('header')
    .click({ modifiers: ['Shift'] });
  await expect(page.getByText('2 nodes selected')).toBeVisible();
  await bench.node('chunk').locator('header').click({ button: 'right' });
  await menuItem(page, 'Make a subgraph of the selection').click();
  const naming = page.getByRole('dialog', { name: 'Make a subgraph' });
  await expect(naming.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.react-flow__node')).toHaveCount(2);
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');

  await bench.run();
  await bench.reaches('subgraph', 'succeeded');
  await bench.reaches('result', 'succeeded');
  await bench.tab('Output');
  await expect(page.getByTestId('feed')).toContainText('subgraph/Chunk');
  await expect(bench.output).toContainText('Glaze no. 7');
  await expect(bench.node('subgraph')).toContainText('chunks');
  // One is led to the step within.
  await page.getByTestId('feed').getByRole('button').click();
  await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
  await expect(bench.output).toContainText('Glaze no. 7');
  await page.keyboard.press('Control+ArrowUp');
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');
  await bench.select('result');
  await expect(bench.output).toContainText('Glaze no. 7');

  // The page opened anew is told the same by the journal of the run.
  await page.keyboard.press('Control+s');
  await expect(async () => {
    const saved = await readFile(path.join(workspace.folder, 'composed.graft.json'), 'utf8');
    expect(saved).toContain('"#subgraph"');
  }).toPass();
  await page.reload();
  await bench.reaches('subgraph', 'succeeded');
  await bench.select('subgraph');
  await bench.tab('Output');
  await expect(bench.output).toContainText('Glaze no. 7');

  await page.keyboard.press('Control+Shift+g');
  await expect(page.locator('.react-flow__node')).toHaveCount(3);
  await expect(bench.node('chunk')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(bench.node('subgraph')).toBeVisible();
  await expect(page.locator('.react-flow__node')).toHaveCount(2);
});

test('a node is switched off where something passes, and refused in a sentence where nothing does', async ({
  page,
  workspace,
}) => {
  await workspace.graph('switching', answering);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'switching.graft.json');
  await bench.select('chunk');
  await page.keyboard.press('Control+e');
  await expect(page.getByTestId('notice')).toContainText('cannot be switched off here');
  await expect(bench.node('chunk')).toHaveAttribute('data-off', 'false');
  await bench.select('files');
  await page.keyboard.press('Control+e');
  await expect(bench.node('files')).toHaveAttribute('data-off', 'true');
  await expect(page.getByTestId('status-files')).toHaveText('off');
  await page.keyboard.press('Control+z');
  await expect(bench.node('files')).toHaveAttribute('data-off', 'false');
});

test('a node that uses another file names it, and a double click opens it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('inner', answering);
  const inner = path.join(workspace.folder, 'inner.graft.json');
  const text = await readFile(inner, 'utf8');
  await writeFile(inner, text.replace(/\n}\s*$/, ',\n  "expose": { "size": "chunk.size" }\n}\n'));
  await workspace.graph('outer', {
    nodes: { answers: { type: 'graph', params: { use: 'inner.graft.json', 'set.size': 64 } } },
    layout: { answers: [0, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'outer.graft.json');
  await expect(bench.node('answers')).toContainText('inner.graft.json');
  await bench.node('answers').locator('.node-facts').dblclick();
  await expect(bench.node('chunk')).toBeVisible();
  const file = page.getByRole('navigation', { name: 'File' });
  await expect(file).toContainText('inner');
  // Out again as out of a subgraph: by Escape, where nothing is selected.
  await bench.select('chunk');
  await page.keyboard.press('Escape');
  await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'false');
  await page.keyboard.press('Escape');
  await expect(file).toContainText('outer');
  await expect(bench.node('answers')).toHaveAttribute('data-selected', 'true');
});

test('a node within that looks like one outside, and has its id, keeps its edges', async ({
  page,
  workspace,
}) => {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const graph = {
    graft: 1,
    nodes: {
      given: node('load-adapter', { path: 'adapter' }),
      pass: node('graph', { use: '#pass' }),
    },
    edges: ['given.adapter -> pass.adapter'],
    layout: { given: [0, 0], pass: [280, 0] },
    graphs: {
      pass: {
        nodes: {
          given: node('input', { name: 'adapter', type: 'adapter' }),
          one: node('output'),
          other: node('output'),
        },
        edges: ['given.value -> one.value', 'given.value -> other.value'],
        layout: { given: [0, 0], one: [280, 0], other: [280, 200] },
      },
    },
  };
  await writeFile(path.join(workspace.folder, 'same-id.graft.json'), JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'same-id.graft.json');
  const edges = page.locator('.react-flow__edge');
  await expect(edges).toHaveCount(1);
  const sizeOfGiven = () =>
    bench.node('given').evaluate((card) => {
      const { width, height } = getComputedStyle(card);
      return { width, height };
    });
  const outside = await sizeOfGiven();
  await bench.node('pass').locator('.node-facts').dblclick();
  await expect(page.getByTestId('trail')).toContainText('same-id›pass');
  await expect(page.getByTestId('handle-given-value')).toBeVisible();
  // Of another size it would be measured anew in any case.
  await expect.poll(sizeOfGiven).toEqual(outside);
  await expect(edges).toHaveCount(2);
  await page.keyboard.press('Control+ArrowUp');
  await expect(page.getByTestId('trail')).toBeHidden();
  await expect(edges).toHaveCount(1);
});

test('of a used file each step of the run shows its output at the node that uses it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('looked-into', answering);
  await workspace.graph('looks-into', {
    nodes: { used: { type: 'graph', params: { use: 'looked-into.graft.json' } } },
    layout: { used: [0, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'looks-into.graft.json');
  await bench.run();
  await bench.reaches('used', 'succeeded');
  await bench.select('used');
  await bench.tab('Output');
  const whose = page.getByLabel('Output of');
  await expect(whose.getByRole('option')).toHaveText(['the whole subgraph', 'Files', 'Chunk']);
  await expect(page.getByTestId('feed')).toContainText('Chunk');

  await page.locator('[data-step="used/files"] button').click();
  await expect(whose).toHaveValue('used/files');
  await expect(page.getByTestId('feed')).toHaveCount(0);
  await expect(bench.output.locator('[data-row]')).toHaveCount(2);
  await whose.selectOption('the whole subgraph');
  await expect(page.getByTestId('feed')).toContainText('Chunk');
});
