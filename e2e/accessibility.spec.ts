import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { serve } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Presses what opens a dialog, looks at it, and leaves it. */
async function lookAtDialog(
  page: Page,
  name: string | RegExp,
  open: () => Promise<void>,
): Promise<void> {
  await open();
  await expect(page.getByRole('dialog', { name })).toBeVisible();
  await expectAccessible(page, `dialog ${String(name)}`);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** Chooses a command of the menu by its title. */
async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(title);
  await expect(page.getByRole('dialog').getByRole('option').first()).toHaveText(
    new RegExp(`^${title}`),
  );
  await page.keyboard.press('Enter');
}

test('what is opened over the canvas', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await workspace.graph('shelf-graph', chunking);
  await bench.open(workspace.url, 'shelf-graph.graft.json');
  const place = { x: 20, y: 300 };

  await test.step('the palette of commands', async () => {
    await page.keyboard.press('Control+k');
    const field = page.getByRole('dialog').getByRole('combobox');
    const first = page.getByRole('dialog').getByRole('option').first();
    await expect(first).toBeVisible();
    await expectAccessible(page, 'command menu');
    await page.keyboard.type('chunk');
    await expect(first).toHaveText(/^Chunk/);
    // What is read out is what Enter takes.
    await expect(field).toHaveAttribute(
      'aria-activedescendant',
      (await first.getAttribute('id')) ?? '',
    );
    await expectAccessible(page, 'command menu, searched');
    await page.keyboard.type(' of nothing');
    await expect(page.getByText('Nothing found.')).toBeVisible();
    await expectAccessible(page, 'command menu, nothing found');
    await page.keyboard.press('Escape');
  });
  await test.step('ports and what they can be connected to', async () => {
    await bench.select('chunk');
    await page.locator('.react-flow__node[data-id="chunk"]').focus();
    await page.keyboard.press('p');
    await expect(page.locator('.port:focus')).toHaveCount(1);
    await expectAccessible(page, 'a port with the focus');
    await lookAtDialog(page, /^Connect /, () => page.keyboard.press('Enter'));
    await page.keyboard.press('Escape');
    await lookAtDialog(page, /^Connect /, () => page.keyboard.press('c'));
  });
  await test.step('a node that is switched off', async () => {
    await bench.select('chunk');
    await page.keyboard.press('Control+e');
    await expect(bench.node('chunk')).toContainText('off');
    await expectAccessible(page, 'a node that is switched off');
    await page.keyboard.press('Control+z');
  });
  await test.step('several nodes', async () => {
    await bench.canvas.click({ position: place });
    await page.keyboard.press('Control+a');
    await expect(page.getByText('2 nodes selected')).toBeVisible();
    await expectAccessible(page, 'several nodes');
    await bench.canvas.click({ position: place });
  });
  await test.step('menus', async () => {
    const menu = page.getByRole('menu');
    const edge = page.locator('.react-flow__edge-interaction');
    const opened: Readonly<Record<string, () => Promise<void>>> = {
      node: () => bench.node('files').locator('header').click({ button: 'right' }),
      edge: async () => {
        const { x = 0, y = 0, width = 0, height = 0 } = (await edge.boundingBox()) ?? {};
        await page.mouse.click(x + width / 2, y + height / 2, { button: 'right' });
      },
      canvas: () => bench.canvas.click({ button: 'right', position: place }),
    };
    for (const [of, open] of Object.entries(opened)) {
      await open();
      await expect(menu).toBeVisible();
      await expectAccessible(page, `menu of a ${of}`);
      // All of it is in sight.
      const hidden = await menu.evaluate((one) => one.scrollHeight - one.clientHeight);
      expect(hidden, of).toBeLessThanOrEqual(0);
      await page.keyboard.press('Escape');
      await expect(menu).toHaveCount(0);
    }
  });
  await test.step('dialogs', async () => {
    await lookAtDialog(page, 'Keyboard shortcuts', () => page.keyboard.press('?'));
    await lookAtDialog(page, 'New graph', () => command(page, 'New graph'));
    await lookAtDialog(page, 'Save as', () => page.keyboard.press('Control+Shift+S'));
    await lookAtDialog(page, /^Pack /, () => command(page, 'Pack the graph'));
    await lookAtDialog(page, 'Open a package', () => command(page, 'Open a package'));
  });
  await test.step('a new graph, whose name is refused, and an empty canvas', async () => {
    await page.getByRole('button', { name: 'New graph', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('a/../x');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
    await expectAccessible(page, 'new graph, refused');
    await page.keyboard.press('Escape');
    await bench.newGraph('empty-one');
    await expectAccessible(page, 'empty canvas');
    await bench.drag('Embed', 200, 120);
    await expect(page.getByTestId('problem-count')).toBeVisible();
    await expectAccessible(page, 'a node that lacks something');
  });
});

test('a run, its output, its notices, and a run of before', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await workspace.graph('ran', {
    ...chunking,
    nodes: { ...chunking.nodes, chunk: { type: 'chunk', params: { size: 83 } } },
  });
  await bench.open(workspace.url, 'ran.graft.json');
  for (const [tab, text] of [
    ['Plan', 'Chunk'],
    ['All runs', 'No runs yet'],
    ['Experiments', 'No experiment'],
  ] as const) {
    await bench.tab(tab);
    await expect(page.getByRole('region', { name: 'Runs' })).toContainText(text);
    await expectAccessible(page, `lower panel, ${tab}, before a run`);
  }
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await bench.select('chunk');
  await bench.tab('Output');
  await expect(bench.output).toContainText('Glaze no. 7');
  await expectAccessible(page, 'output of a node that ran');
  await bench.output.getByRole('button', { name: 'Download' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu of an output');
  await page.keyboard.press('Escape');
  await bench.inspectorTab('Log').click();
  await expectAccessible(page, 'logs of a node that ran');
  await bench.tab('Parameters');
  await bench.fill('Size', '64');
  await bench.run();
  await bench.reaches('files', 'cached');
  await bench.reaches('chunk', 'succeeded');
  for (const [tab, list] of [
    ['Plan', 'Plan'],
    ['Run', 'Steps'],
    ['All runs', 'Runs'],
  ] as const) {
    await bench.tab(tab);
    await expect(page.getByRole('list', { name: list })).toBeVisible();
    await expectAccessible(page, `lower panel, ${tab}`);
  }
  await page.getByTestId('run').nth(1).click();
  await expect(page.getByTestId('past-run')).toBeVisible();
  await expect(page.getByTestId('past-parameters')).toBeVisible();
  await expectAccessible(page, 'a run of before');
  await page.getByRole('button', { name: 'Back to latest' }).click();

  await test.step('a file that changed outside', async () => {
    await bench.fill('Size', '65');
    await expect(page.getByTestId('save-state')).toHaveText('unsaved');
    const chunk = { type: 'chunk', params: { size: 200, overlap: 8 } };
    await workspace.graph('ran', { ...chunking, nodes: { ...chunking.nodes, chunk } });
    await expect(page.getByTestId('notice')).toBeVisible();
    await expectAccessible(page, 'a notice of an error');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('dialog', { name: /changed outside/ })).toBeVisible();
    await expectAccessible(page, 'a conflict');
    // Of a node that both changed, whose is taken is chosen.
    const changed = page.getByRole('group', { name: /^Chunk/ });
    await expect(changed.getByRole('row', { name: /^Size/ }).locator('td')).toHaveText([
      ...['64', '65', '200'],
    ]);
    await changed.getByRole('radio', { name: 'The file’s' }).check();
    await page.getByRole('button', { name: 'Merge and save' }).click();
    await expect(page.getByLabel('Size', { exact: true })).toHaveValue('200');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
  });
  await test.step('data that changed since they were locked', async () => {
    await bench.fill('Size', '66');
    await page.keyboard.press('Control+s');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    await giveFile(workspace.folder, 'notes/kilns.md', 'Changed.');
    await bench.select('files');
    await expect(page.getByTestId('drift')).toBeVisible();
    await expectAccessible(page, 'data that changed');
  });
  await test.step('notices', async () => {
    await bench.select('chunk');
    await bench.tab('Output');
    await page.getByRole('button', { name: 'Freeze this output' }).click();
    await expect(
      page.getByTestId('notice').filter({ hasText: 'takes the node’s place' }),
    ).toBeVisible();
    await expectAccessible(page, 'notices');
  });
});

test('problems, and a step that failed', async ({ page, workspace }) => {
  await workspace.graph('broken-edges', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['nowhere/*.md'] } },
      chunk: { type: 'chunk', params: { size: -4 } },
      strange: { type: 'of-a-newer-graft' },
      off: { type: 'questions', params: { questions: 'Why?' } },
    },
    edges: ['files.documents -> chunk.documents', 'ghost.documents -> chunk.documents'],
    layout: { files: [0, 0], chunk: [280, 0], strange: [560, 0], off: [0, 200] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'broken-edges.graft.json');
  await page.getByTestId('problem-count').click();
  await expect(page.getByRole('list', { name: 'Problems' })).toBeVisible();
  await expectAccessible(page, 'problems');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await expectAccessible(page, 'a parameter that cannot be');
  await giveFile(workspace.folder, 'lines.jsonl', '{"question": "Why?"}\nno json\n');
  await workspace.graph('failing', {
    nodes: { asked: { type: 'load-rows', params: { type: 'questions', file: 'lines.jsonl' } } },
    layout: { asked: [0, 0] },
  });
  await bench.open(workspace.url, 'failing.graft.json');
  await bench.run();
  await bench.reaches('asked', 'failed');
  await bench.select('asked');
  await bench.tab('Output');
  await expectAccessible(page, 'a step that failed');
  await bench.tab('Run');
  await expectAccessible(page, 'a run that failed');
});

test('an empty workspace, and a package without its data', async ({ page, workspace }) => {
  await workspace.graph('packed', chunking);
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-bare-')));
  const archive = path.join(folder, 'packed.graft.zip');
  const server = await serve(folder);
  const gone = once(server.process, 'exit');
  try {
    await new Workbench(page).open(workspace.url, 'packed.graft.json');
    await command(page, 'Pack the graph');
    const dialog = page.getByRole('dialog', { name: 'Pack packed' });
    await dialog.getByRole('checkbox', { name: /Data/ }).uncheck();
    const download = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download' }).click();
    await (await download).saveAs(archive);
    await page.goto(server.url);
    await expect(page.getByRole('region', { name: 'How to begin' })).toContainText(
      'Answers questions',
    );
    await expectAccessible(page, 'empty workspace');
    await page.getByRole('button', { name: 'Open a package …' }).click();
    const chooser = page.getByRole('dialog').locator('input[type=file]');
    await chooser.setInputFiles(archive);
    await expect(page.getByRole('dialog', { name: 'Unpacked packed' })).toContainText(
      'No file here or in the package matches',
    );
    await expectAccessible(page, 'missing data');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('problem-count')).toBeVisible();
    await expectAccessible(page, 'a graph whose data are missing');
    server.process.kill('SIGINT');
    await gone;
    await expect(page.getByText('reconnecting')).toBeVisible();
    await expectAccessible(page, 'a page without its server');
  } finally {
    server.process.kill('SIGINT');
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
});

test('says on one page that the token is wrong', async ({ browser, workspace }) => {
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  const response = await page.goto(new URL('/?token=wrong', workspace.url).href);
  expect(response?.status()).toBe(401);
  await expect(page.getByRole('heading')).toHaveText('Wrong token for this workspace');
  await expectAccessible(page, 'wrong token');
  await stranger.close();
});
