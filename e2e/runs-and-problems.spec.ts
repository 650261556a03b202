import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chunking, expect, test } from './small-workspace.ts';
import { expectAccessible } from './accessible.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

test('says on each card what a run would do, runs what is selected, and keeps a log', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'logged/kilns.md', '# Kilns\n\nLit at 05:40.\n');
  await giveFile(workspace.folder, 'logged/tool.py', 'print(1)\n');
  const nodes = {
    files: { type: 'load-files', params: { paths: ['logged/*'] } },
    small: { type: 'chunk', params: { size: 64 } },
    large: { type: 'chunk', params: { size: 256 } },
    other: { type: 'chunk', params: { size: 100 } },
  };
  await workspace.graph('logged', {
    nodes,
    edges: ['small', 'large', 'other'].map((id) => `files.documents -> ${id}.documents`),
    layout: { files: [0, 120], small: [320, 0], large: [320, 240], other: [320, 480] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'logged.graft.json');
  await test.step('two of three are run by what is selected', async () => {
    await bench.node('small').locator('header').click();
    await bench
      .node('large')
      .locator('header')
      .click({ modifiers: ['Shift'] });
    await page.getByRole('button', { name: 'Run up to here' }).click();
    await bench.reaches('small', 'succeeded');
    await bench.reaches('large', 'succeeded');
    await bench.reaches('other', 'idle');
  });
  await test.step('the plan stands above the cards', async () => {
    await page.keyboard.press('w');
    const plan = (id: string) => bench.node(id).getByTestId('node-plan');
    await expect(plan('small')).toContainText('reused');
    await expect(plan('other')).toContainText('Runs for the first time in this file.');
    await bench.select('small');
    await bench.tab('Parameters');
    await bench.fill('Size', '72');
    await expect(plan('small')).toContainText('size changed');
    await expectAccessible(page, 'the plan on the canvas');
    // It lies on no title of a group.
    await bench.select('small');
    await page.keyboard.press('g');
    await page.getByLabel('Title of the group').press('Enter');
    const line = await plan('small').boundingBox();
    const title = await page.locator('.group-title').boundingBox();
    if (line === null || title === null) throw new Error('they are not drawn');
    expect(title.y + title.height).toBeLessThanOrEqual(line.y);
    await page.keyboard.press('Control+z');
    await expect(page.locator('.group-title')).toHaveCount(0);
    await page.getByRole('button', { name: 'Plan on the canvas' }).click();
    await expect(plan('small')).toHaveCount(0);
  });
  await test.step('the log tells what was wrong, of whom, and leads there', async () => {
    const panel = page.getByRole('tablist', { name: 'Run panel' });
    await panel.getByRole('tab', { name: 'Log' }).click();
    const log = page.getByRole('list', { name: 'Log of the run' });
    await expect(log).toContainText('tool.py');
    await page.getByLabel('Level').selectOption('Errors');
    await expect(log.getByRole('button')).toHaveCount(0);
    await page.getByLabel('Level').selectOption('Warnings and errors');
    await page.getByLabel('Search the log').fill('TOOL');
    await expect(log).toContainText('tool.py');
    await page.getByLabel('Search the log').fill('hammer');
    await expect(log).toHaveText('No line matches.');
    await page.getByLabel('Search the log').fill('TOOL');
    await log.getByRole('button').first().click();
    await expect(bench.node('files')).toHaveAttribute('data-selected', 'true');
    await expect(bench.inspectorTab('Log')).toHaveAttribute('aria-selected', 'true');
  });
  await test.step('a run of a part, or with another input, is told from others', async () => {
    const started = await page.request.post(new URL('api/trpc/runs.start', page.url()).href, {
      data: { path: 'logged.graft.json', set: [{ node: 'small', param: 'size', value: 80 }] },
    });
    expect(await started.text()).toContain('runId');
    await bench.tab('All runs');
    const rows = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
    await expect(rows.first()).toContainText('with another input');
    await expect(rows.last()).toContainText('part of the graph');
  });
});

test('a click that was meant for Cancel, as the run ended, starts no other', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'once/kilns.md', '# Kilns\n\nLit at 05:40, and quickly.\n');
  const { nodes } = chunking;
  await workspace.graph('once', {
    ...chunking,
    nodes: { ...nodes, files: { type: 'load-files', params: { paths: ['once/*.md'] } } },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'once.graft.json');
  // The hand of a person who clicks just as the button changes.
  await bench.runButton.evaluate((button: HTMLElement) => {
    let label = button.textContent;
    new MutationObserver(() => {
      const before = label;
      label = button.textContent;
      if (before === 'Cancel' && label !== 'Cancel') button.click();
    }).observe(button, { childList: true, characterData: true, subtree: true });
  });
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await expect(bench.runButton).toBeEnabled();
  await bench.tab('All runs');
  await expect(page.getByTestId('run')).toHaveCount(1);
});

test('the step that failed is in sight below, however many there are', async ({
  page,
  workspace,
}) => {
  await giveFile(workspace.folder, 'many/fine.md', '# Kilns\n');
  await writeFile(path.join(workspace.folder, 'many/old.md'), Buffer.from('K\xe4se', 'latin1'));
  const files = Array.from({ length: 16 }, (_, at) => {
    const paths = [at === 15 ? 'many/old.md' : 'many/fine.md'];
    return [`files-${String(at + 10)}`, { type: 'load-files', params: { paths } }] as const;
  });
  await workspace.graph('many-files', { nodes: Object.fromEntries(files) });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'many-files.graft.json');
  await bench.run();
  await bench.reaches('files-25', 'failed');
  const step = page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: 'failed' });
  await expect(step).toBeInViewport({ ratio: 1 });
});

test('leaves results downstream where a run goes up to a node', async ({ page, workspace }) => {
  await workspace.graph('part', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'part.graft.json');
  await expect(page.getByTestId('plan-line')).toHaveText(/2 will run/);
  await page.evaluate(() => {
    const line = (): string =>
      document.querySelector('[data-testid=run-line], [data-testid=plan-line]')?.textContent ?? '';
    let last = line();
    // What stands in the header each time that this has changed.
    new MutationObserver(() => {
      if (line() === last) return;
      last = line();
      document.body.dataset['shown'] = `${document.body.dataset['shown'] ?? ''}|${last}`;
    }).observe(document.querySelector('header') ?? document.body, {
      ...{ subtree: true, childList: true, characterData: true },
    });
  });
  await bench.run();
  await expect(bench.node('chunk')).toHaveAttribute('data-status', /succeeded|cached/);
  await expect(page.getByTestId('plan-line')).toHaveText('all reused');
  // A run that has ended is not to be run again, not even until the next plan is there.
  await expect(page.locator('body')).toHaveAttribute('data-shown', /reused/);
  await expect(page.locator('body')).not.toHaveAttribute('data-shown', /will run/);
  await bench.select('files');
  await bench.runUpToHere();
  await bench.reaches('files', 'cached');
  await expect(bench.node('chunk')).toContainText(/chunk/);
  await expect(page.getByTestId('status-chunk')).toHaveText('earlier run');
  await bench.select('chunk');
  await bench.tab('Output');
  await expect(bench.output).toContainText('Glaze no. 7');
  await page.reload();
  await expect(page.getByTestId('status-chunk')).toHaveText('earlier run');
});

test('does not contradict itself where results are known and nothing ran here', async ({
  page,
  workspace,
}) => {
  await workspace.graph('known-by', chunking);
  await workspace.graph('known', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'known-by.graft.json');
  await bench.run();
  await expect(bench.node('chunk')).toHaveAttribute('data-status', /succeeded|cached/);
  await bench.open(workspace.url, 'known.graft.json');
  await expect(page.getByTestId('plan-line')).toHaveText('all reused');
  // They are there to be looked at.
  await expect(bench.node('chunk')).toContainText(/\d chunks/);
  await bench.select('chunk');
  await bench.tab('Output');
  await expect(bench.output).toContainText('The eastern kiln is lit at 05:40');
});

test('counts problems once, marks their nodes, and leads to them', async ({ page, workspace }) => {
  await workspace.graph('broken', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['nowhere/*.md'] } },
      chunk: { type: 'chunk', params: { size: -4 } },
      embed: { type: 'embed' },
    },
    edges: [
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
      'ghost.documents -> chunk.documents',
    ],
    layout: { files: [0, 0], chunk: [280, 0], embed: [560, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'broken.graft.json');
  const count = page.getByTestId('problem-count');
  await expect(count).toHaveText('3 problems');
  await count.click();
  const list = page.getByRole('list', { name: 'Problems' });
  await expect(list.getByRole('listitem')).toHaveCount(3);
  // Files that are not there are told beside what else is wrong.
  await expect(list.getByRole('button', { name: /Files/ })).toBeVisible();
  await expect(list).toContainText('Chunk, size');
  await expect(list).not.toContainText('node "chunk"');
  await test.step('an edge that nothing stands for is said, and can be removed', async () => {
    await list.getByRole('button', { name: 'Remove broken connections' }).click();
    await expect(count).toHaveText('2 problems');
  });
  await test.step('a problem leads to its node', async () => {
    await list.getByRole('button', { name: /Chunk, size/ }).click();
    await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
    await bench.fill('Size', '64');
  });
  await test.step('files that are not there mark their node', async () => {
    await expect(count).toHaveText('1 problem');
    await expect(bench.node('files')).toHaveAttribute('data-problem', 'true');
    await expect(list.getByRole('button', { name: /Files/ })).toBeVisible();
  });
});

test('what many nodes lack takes one line, which unfolds to them', async ({ page, workspace }) => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  await workspace.graph('lacking-model', {
    nodes: Object.fromEntries(ids.map((id) => [id, { type: 'embed' }])),
    layout: Object.fromEntries(ids.map((id, at) => [id, [at * 260, 0] as const])),
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'lacking-model.graft.json');
  const count = page.getByTestId('problem-count');
  await expect(count).toHaveText('6 to fill in');
  await count.click();
  const list = page.getByRole('list', { name: 'Problems' });
  await expect(list.getByText('6 places: ')).toBeVisible();
  await expect(list.getByRole('button')).toHaveCount(0);
  await list.getByText('6 places: ').click();
  await expect(list.getByRole('button')).toHaveCount(6);
  await list.getByRole('button').nth(3).click();
  await expect(bench.node('d')).toHaveAttribute('data-selected', 'true');
});

test('does not paint a fresh node red', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.newGraph('fresh');
  await bench.drag('Embed', 200, 120);
  await expect(bench.node('embed')).toHaveAttribute('data-incomplete', 'true');
  await expect(bench.node('embed')).toHaveAttribute('data-problem', 'false');
  await expect(bench.node('embed')).toContainText('needs chunks');
  await expect(page.getByTestId('problem-count')).toHaveText('1 to fill in');
  // Nor one whose own check misses a value.
  await bench.drag('Questions', 200, 300);
  await expect(bench.node('questions')).toHaveAttribute('data-incomplete', 'true');
  await expect(bench.node('questions')).toHaveAttribute('data-problem', 'false');
  await expect(page.getByTestId('problem-count')).toHaveText('2 to fill in');
  await page.keyboard.press('Escape');
  const summary = page.getByRole('list', { name: 'Why the graph cannot run' });
  await summary.getByRole('button', { name: /^Embed, chunks/ }).click();
  await expect(bench.node('embed')).toHaveAttribute('data-selected', 'true');
});

test('keeps errors of a new graph in its dialogue', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  const dialog = await bench.askForGraph();
  await page.getByLabel('Name', { exact: true }).fill('a-first');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText(
    /a-first.* already exists\. Choose another name\./,
  );
  await page.getByLabel('Name', { exact: true }).fill('a/../x');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('".."');
  await expect(page.getByTestId('notice')).toHaveCount(0);
});

test('leaves nothing of a file on the screen when another opens', async ({ page, workspace }) => {
  await workspace.graph('one', chunking);
  await workspace.graph('two', { nodes: {}, edges: [] });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'one.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '64');
  await expect(page.getByTestId('plan-line')).toBeVisible();
  const kept = () => page.evaluate(() => Object.keys(localStorage).join('\n'));
  await expect.poll(kept).toContain('graft.draft:');
  await page.reload();
  await expect(page.getByTestId('notice')).toContainText('unsaved changes were kept');
  await expect(page.getByTestId('plan-line')).toBeVisible();
  // Of the next file no plan comes that could take the place of the one before.
  await page.route(/runs\.plan/, () => undefined);
  await page.getByRole('button', { name: 'two', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('two');
  await expect(page.getByTestId('notice')).toHaveCount(0);
  await expect(page.getByTestId('plan-line')).toHaveCount(0);
});

test('takes notices away again, and never stacks many', async ({ page, workspace }) => {
  await page.clock.install();
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  await expect(bench.node('chunk')).toBeVisible();
  for (const text of ['1', '2', '3']) {
    await writeFile(
      path.join(workspace.folder, 'a-first.graft.json'),
      JSON.stringify({
        graft: 1,
        nodes: { chunk: { type: 'chunk', version: 1, params: { size: 100 + Number(text) } } },
      }),
    );
    await expect(page.getByTestId('notice')).toHaveCount(1);
    await expect(bench.node('chunk')).toContainText(`${String(100 + Number(text))} tokens`);
  }
  await page.clock.fastForward(30_000);
  await expect(page.getByTestId('notice')).toHaveCount(0);
});

test('shows a change that came before the page could be told of changes', async ({
  page,
  workspace,
}) => {
  await workspace.graph('early-change', chunking);
  let connect = (): void => undefined;
  const connecting = new Promise<void>((resolve) => (connect = resolve));
  await page.routeWebSocket(/\/api\/live/, async (socket) => {
    await connecting;
    socket.connectToServer();
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'early-change.graft.json');
  await workspace.graph('early-change', {
    nodes: { chunk: { type: 'chunk', params: { size: 71 } } },
  });
  connect();
  await expect(bench.node('chunk')).toContainText('71 tokens');
});

test('runs when asked before it is known how the run on the screen ended', async ({
  page,
  workspace,
}) => {
  await workspace.graph('early-run', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'early-run.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  // Nothing is heard of that run any more.
  let connect = (): void => undefined;
  const connecting = new Promise<void>((resolve) => (connect = resolve));
  await page.routeWebSocket(/\/api\/live/, async (socket) => {
    await connecting;
    socket.connectToServer();
  });
  const listed = page.waitForResponse(/runs\.list/);
  await bench.open(workspace.url, 'early-run.graft.json');
  await listed;
  const started = page.waitForResponse(/runs\.start/);
  await page.keyboard.press('Control+Enter');
  await started;
  connect();
  await bench.reaches('chunk', 'cached');
});

test('that a graph runs by itself is seen, and switched off, wherever it is looked at', async ({
  page,
  workspace,
}) => {
  await workspace.graph('by-itself', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'by-itself.graft.json');
  const chip = page.getByTestId('runs-on-change');
  await expect(chip).toHaveCount(0);
  await bench.tab('Plan');
  const box = page.getByLabel('Run on change: whenever a file that the graph reads changes');
  await box.check();
  await expect(chip).toContainText('runs on change');
  await page.getByRole('button', { name: 'Notebook', exact: true }).click();
  await expect(page.getByTestId('cell-chunk')).toBeVisible();
  await expect(chip).toBeVisible();
  await page.getByRole('button', { name: 'Canvas', exact: true }).click();
  await chip.getByRole('button', { name: 'Turn off “run on change”' }).click();
  await expect(chip).toHaveCount(0);
  await bench.tab('Plan');
  await expect(box).not.toBeChecked();
});
