import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** With an output node; each test gives the chunks a size of its own, so that nothing is reused from another. */
const cutting = (size: number): SmallGraph => ({
  nodes: {
    ...chunking.nodes,
    chunk: { type: 'chunk', params: { size } },
    result: { type: 'output' },
  },
  edges: [...(chunking.edges ?? []), 'chunk.chunks -> result.value'],
  layout: { files: [0, 0], chunk: [280, 0], result: [560, 0] },
});

const trail = (page: Page) => page.getByTestId('trail');
const cards = (page: Page) => page.locator('.react-flow__node');

test('a subgraph is entered, edited, run, left and undone', async ({ page, workspace }) => {
  await workspace.graph('within', cutting(90));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'within.graft.json');
  await bench.select('chunk');
  await bench.makeSubgraph();
  await expect(bench.node('subgraph')).toBeVisible();
  await expect(trail(page)).toBeHidden();

  await bench.node('subgraph').locator('.node-facts').dblclick();
  await expect(trail(page)).toContainText('within›subgraph');
  await expect(cards(page)).toHaveCount(3);
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '91');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await expect(bench.node('documents')).toHaveAttribute('data-status', /succeeded|cached/);
  await bench.tab('Output');
  await expect(bench.output).toContainText('Glaze no. 7');
  await bench.select('chunks');
  await expect(bench.output).toContainText('Glaze no. 7');

  await trail(page).getByRole('button', { name: 'within' }).click();
  await expect(trail(page)).toBeHidden();
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');
  await bench.reaches('subgraph', 'succeeded');

  await page.keyboard.press('Control+d');
  await expect(cards(page)).toHaveCount(4);
  await bench.node('subgraph-2').locator('header').click({ button: 'right' });
  await menuItem(page, 'Open the subgraph').click();
  await expect(trail(page)).toContainText('used 2 times');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('91');
  // The first use has run; this one has not.
  await expect(bench.node('chunk')).toHaveAttribute('data-status', 'idle');

  // The first undo takes the second use away, and with it the way here.
  await page.locator('.react-flow__pane').click({ position: { x: 8, y: 300 } });
  await page.keyboard.press('Control+z');
  await expect(trail(page)).toBeHidden();
  await expect(cards(page)).toHaveCount(3);
  // The next is shown where it was done.
  await page.keyboard.press('Control+z');
  await expect(trail(page)).toContainText('within›subgraph');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('90');
  await page.locator('.react-flow__pane').click({ position: { x: 8, y: 300 } });
  await page.keyboard.press('Control+z');
  await expect(trail(page)).toBeHidden();
  await expect(bench.node('chunk')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
});

test('by keyboard one enters, makes another within, and leaves', async ({ page, workspace }) => {
  await workspace.graph('cut-deep', cutting(92));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'cut-deep.graft.json');
  await bench.select('chunk');
  await bench.makeSubgraph();
  await expect(bench.node('subgraph')).toBeVisible();
  await page.locator('.react-flow__node[data-id="subgraph"]').focus();
  await page.keyboard.press('Enter');
  await expect(trail(page)).toContainText('cut-deep›subgraph');

  await page.locator('.react-flow__node[data-id="chunk"]').focus();
  await page.keyboard.press('Enter');
  await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
  await bench.makeSubgraph();
  await expect(bench.node('subgraph-2')).toHaveAttribute('data-selected', 'true');
  await page.keyboard.press('Control+ArrowDown');
  await expect(trail(page)).toContainText('cut-deep›subgraph›subgraph-2');
  await expect(page).toHaveURL(/in=subgraph%2Fsubgraph-2/);

  await page.keyboard.press('Escape');
  await expect(trail(page)).not.toContainText('subgraph-2');
  await expect(bench.node('subgraph-2')).toHaveAttribute('data-selected', 'true');
  await page.keyboard.press('Control+Shift+g');
  await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
  await page.keyboard.press('Control+ArrowUp');
  await expect(trail(page)).toBeHidden();
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('open the subgraph');
  await page.keyboard.press('Enter');
  await expect(trail(page)).toContainText('cut-deep›subgraph');
  // The browser's own way back leads out, and the address leads in again.
  await page.goBack();
  await expect(trail(page)).toBeHidden();
  await page.goForward();
  await expect(trail(page)).toContainText('cut-deep›subgraph');
  await page.reload();
  await expect(trail(page)).toContainText('cut-deep›subgraph');
  await expect(bench.node('documents')).toBeVisible();
});

test('a port is renamed within, and its uses follow; the subgraph becomes a file that is opened and left', async ({
  page,
  workspace,
}) => {
  await workspace.graph('ports', cutting(93));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'ports.graft.json');
  await bench.select('chunk');
  await bench.makeSubgraph();
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(trail(page)).toContainText('ports›subgraph');
  await bench.select('documents');
  await bench.tab('Parameters');
  await bench.fill('Name', 'not a name');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector').getByRole('alert')).toContainText(
    'is not a valid name',
  );
  await bench.fill('Name', 'texts');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector').getByRole('alert')).toBeHidden();
  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByTestId('handle-subgraph-texts')).toBeVisible();
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);

  await bench.node('subgraph').locator('header').click({ button: 'right' });
  await menuItem(page, 'Subgraph').press('ArrowRight');
  await menuItem(page, 'Move the subgraph to a file').click();
  await page.getByLabel('Name', { exact: true }).fill('lib/cutter');
  await page.getByRole('button', { name: 'Create' }).click();
  // It goes once the list of files has come; keys are its own until then.
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(bench.node('subgraph')).toContainText('lib/cutter.graft.json');
  await expect(bench.node('subgraph').locator('.node-title')).toHaveText('cutter');
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);
  const file = await readFile(path.join(workspace.folder, 'lib/cutter.graft.json'), 'utf8');
  expect(file).toContain('"texts"');

  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'File' })).toContainText('cutter');
  await expect(trail(page)).toContainText('ports›lib/cutter');
  await page.keyboard.press('Control+ArrowUp');
  await expect(page.getByRole('navigation', { name: 'File' })).toContainText('ports');
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');
  // What was done before one looked into the other file is undone and redone still.
  await page.keyboard.press('Control+z');
  await expect(bench.node('subgraph')).not.toContainText('lib/cutter.graft.json');
  await page.keyboard.press('Control+y');
  await expect(bench.node('subgraph')).toContainText('lib/cutter.graft.json');
  await page.goBack();
  await expect(page.getByRole('navigation', { name: 'File' })).toContainText('cutter');
});

test('edges to a graph that is not there are drawn, and what is wrong is said at the node', async ({
  page,
  workspace,
}) => {
  await workspace.graph('missing', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      gone: { type: 'graph', params: { use: '#gone' } },
      away: { type: 'graph', params: { use: 'lib/away.graft.json' } },
    },
    edges: ['files.documents -> gone.texts', 'gone.parts -> away.parts'],
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'missing.graft.json');
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);
  await expect(page.locator('.react-flow__edge path').first()).toBeAttached();
  await expect(bench.node('gone')).toContainText('There is no subgraph "gone"');
  await expect(bench.node('away')).toContainText('lib/away.graft.json');
  await expect(bench.node('gone').locator('.node-title')).toHaveText('gone');
  await expect(bench.node('away').locator('.node-title')).toHaveText('away');
});

test('after a run up to one node and a reload, the others show their last result', async ({
  page,
  workspace,
}) => {
  await workspace.graph('partly', cutting(94));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'partly.graft.json');
  await bench.select('chunk');
  await bench.makeSubgraph();
  await page.keyboard.press('Control+s');
  await bench.run();
  await bench.reaches('result', 'succeeded');
  await bench.select('files');
  await bench.runUpToHere();
  await bench.reaches('files', 'cached');
  await page.reload();
  await bench.reaches('files', 'cached');
  for (const id of ['subgraph', 'result']) {
    await expect(page.getByTestId(`status-${id}`)).toHaveText('earlier run');
    await expect(bench.node(id)).toContainText('chunks');
  }
  await bench.node('subgraph').locator('.node-facts').dblclick();
  await expect(page.getByTestId('status-chunk')).toHaveText('earlier run');
});

test('a loop is gone into round by round', async ({ page, workspace }) => {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const questions = Array.from({ length: 8 }, (_, index) => `What is drawn as number ${index}?`);
  const graph = {
    graft: 1,
    nodes: {
      ask: node('questions', { questions: questions.join('\n') }),
      again: node('repeat', { use: '#draw', while: 'open', limit: 3, collect: ['drawn'] }),
    },
    edges: ['ask.questions -> again.open'],
    graphs: {
      draw: {
        nodes: {
          in: node('input', { name: 'open' }),
          draw: node('sample-rows', { share: 0.5, least: 0 }),
          open: node('output', { name: 'open' }),
          drawn: node('output', { name: 'drawn' }),
        },
        edges: ['in.value -> draw.rows', 'draw.rows -> open.value', 'draw.rows -> drawn.value'],
        expose: { round: 'draw.seed' },
      },
    },
  };
  await writeFile(path.join(workspace.folder, 'loop.graft.json'), JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'loop.graft.json');
  await expect(bench.node('again').locator('.node-title')).toHaveText('draw');
  await bench.node('again').locator('.node-facts').dblclick();
  await expect(trail(page)).toContainText('no round yet');
  await bench.run();
  await expect(trail(page)).toContainText('of 3');
  await bench.reaches('draw', 'succeeded');
  const round = page.getByRole('combobox', { name: 'round' });
  await bench.select('draw');
  await bench.tab('Output');
  await round.selectOption('1');
  await expect(bench.node('draw')).toContainText('4 questions');
  await expect(bench.node('draw')).toHaveAttribute('data-selected', 'true');
  await expect(bench.node('in')).toContainText('8 questions');
  await round.selectOption('2');
  await expect(bench.node('draw')).toContainText('2 questions');
  await expect(bench.node('in')).toContainText('4 questions');
  await expect(page).toHaveURL(/in=again%232/);
  await page.getByRole('button', { name: 'Freeze this output' }).click();
  await expect(page.getByTestId('notice')).toContainText('Each round of “again”');
  await page.reload();
  await expect(round).toHaveValue('2');
  await expect(bench.node('draw')).toContainText('2 questions');
  await page.getByRole('button', { name: 'Leave' }).click();
  await bench.reaches('again', 'succeeded');
  // What is gathered of all rounds is the loop's, into which one still goes at its last round.
  await bench.select('ask');
  await page.getByRole('tab', { name: 'Run', exact: true }).click();
  await page.getByRole('button', { name: 'again#collect/drawn' }).click();
  await expect(bench.node('again')).toHaveAttribute('data-selected', 'true');
  await bench.node('again').locator('.node-facts').dblclick();
  await expect(round).toHaveValue('3');
});

test('renaming the state of a loop renames both sides, as one step', async ({
  page,
  workspace,
}) => {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const graph = {
    graft: 1,
    nodes: {
      ask: node('questions', { questions: 'What is drawn?' }),
      again: node('repeat', { use: '#draw', while: 'open', limit: 2 }),
    },
    edges: ['ask.questions -> again.open'],
    graphs: {
      draw: {
        nodes: {
          in: node('input', { name: 'open' }),
          draw: node('sample-rows', { share: 0.5 }),
          out: node('output', { name: 'open' }),
        },
        edges: ['in.value -> draw.rows', 'draw.rows -> out.value'],
      },
    },
  };
  await writeFile(path.join(workspace.folder, 'state.graft.json'), JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'state.graft.json');
  await bench.node('again').locator('.node-facts').dblclick();
  await bench.select('out');
  await bench.tab('Parameters');
  await bench.fill('Name', 'left');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('notice')).toContainText(
    'Renamed both the input and the output to “left”',
  );
  await bench.select('in');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('left');
  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByTestId('handle-again-left').first()).toBeVisible();
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('handle-again-left')).toHaveCount(0);
  await bench.select('in');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('open');
});

test('an output within is frozen where it is of one use, and refused with the reason where of more', async ({
  page,
  workspace,
}) => {
  await workspace.graph('within-frozen', cutting(95));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'within-frozen.graft.json');
  await bench.select('chunk');
  await bench.makeSubgraph();
  await expect(bench.node('subgraph')).toHaveAttribute('data-selected', 'true');
  await page.keyboard.press('Control+ArrowDown');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await bench.select('chunk');
  await bench.tab('Output');
  await page.getByRole('button', { name: 'Freeze this output' }).click();
  await expect(bench.node('chunk')).toContainText('Chunk (frozen)');
  await expect(trail(page)).toContainText('within-frozen›subgraph');
  await page.keyboard.press('Control+z');
  await expect(bench.node('chunk')).not.toContainText('(frozen)');
  await page.keyboard.press('Control+ArrowUp');
  await page.keyboard.press('Control+d');
  await page.keyboard.press('Control+ArrowUp');
  await bench.select('subgraph');
  await page.keyboard.press('Enter');
  await bench.select('chunk');
  await page.getByRole('button', { name: 'Freeze this output' }).click();
  await expect(page.getByTestId('notice').last()).toContainText('“subgraph” is used 2 times');
});

test('an earlier run is compared with the subgraph of now', async ({ page, workspace }) => {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const graph = {
    graft: 1,
    nodes: {
      files: node('load-files', { paths: ['notes/*.md'] }),
      cut: node('graph', { use: '#cut', 'set.size': 96 }),
    },
    edges: ['files.documents -> cut.documents'],
    graphs: {
      cut: {
        nodes: {
          documents: node('input', { type: 'documents' }),
          chunk: node('chunk', { size: 200 }),
          chunks: node('output'),
        },
        edges: ['documents.value -> chunk.documents', 'chunk.chunks -> chunks.value'],
        expose: { size: 'chunk.size' },
      },
    },
  };
  await writeFile(path.join(workspace.folder, 'given.graft.json'), JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'given.graft.json');
  await bench.run();
  await bench.reaches('cut', 'succeeded');
  await bench.select('cut');
  await bench.tab('Parameters');
  await bench.fill('Size', '98');
  await bench.run();
  await bench.reaches('files', 'cached');
  await bench.reaches('cut', 'succeeded');
  await bench.tab('All runs');
  await page.getByTestId('run').nth(1).click();
  await expect(page.getByTestId('past-run')).toBeVisible();
  await bench.node('cut').locator('.node-facts').dblclick();
  await bench.select('chunk');
  const size = page.getByTestId('past-parameters').locator('div', { hasText: 'Size' });
  await expect(size.first()).toContainText('96');
  await expect(size.first()).toContainText('now 98');
});
