import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { asking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
/** Cuts a text that it is given, or the notes where it is given none, and gives the chunks. */
const cutter = {
  graft: 1,
  nodes: {
    notes: node('load-files', { paths: ['notes/*.md'] }),
    text: node('input', { type: 'documents', doc: 'What is cut into chunks.' }),
    chunk: node('chunk', { method: 'recursive', size: 40, overlap: 0 }),
    chunks: node('output', { doc: 'The pieces.' }),
  },
  edges: [
    'notes.documents -> text.sample',
    'text.value -> chunk.documents',
    'chunk.chunks -> chunks.value',
  ],
  expose: { size: { param: 'chunk.size', title: 'Piece size' } },
  layout: { notes: [0, 0], text: [280, 0], chunk: [560, 0], chunks: [840, 0] },
};

/** The link that shows a graph as an app. */
function appLink(url: string, graph: string): string {
  const link = new URL(url);
  link.searchParams.set('graph', graph);
  link.searchParams.set('view', 'app');
  return link.href;
}

test('a graph is used as an app: form, sample, own text, parameter, link', async ({
  page,
  workspace,
}) => {
  const file = path.join(workspace.folder, 'cutter.graft.json');
  const text = JSON.stringify(cutter);
  await writeFile(file, text);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'cutter.graft.json');
  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'cutter', level: 1 })).toBeVisible();
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('app');
  // It takes no questions.
  await expect(page.getByRole('button', { name: 'Copy the link' })).toHaveCount(0);

  // With nothing written the sample flows.
  const pieces = page.getByTestId('app-output-chunks');
  await expect(pieces).toContainText('No output yet.');
  const run = page.getByRole('button', { name: /^Run/ });
  await run.press('Enter');
  await expect(pieces).toContainText('The eastern kiln is lit at 05:40');

  await page.getByLabel('text', { exact: true }).click();
  await page.keyboard.type('Seven bowls stand in the window. '.repeat(12));
  // While a run goes on, even if its output is there, the key starts no other.
  await expect(run).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(pieces).toContainText('Seven bowls stand in the window.');
  await expect(pieces).not.toContainText('The eastern kiln');
  // Nothing here changes the file.
  await expect(pieces.getByRole('button', { name: /Freeze|Edit/ })).toHaveCount(0);
  await expect(pieces).toContainText(/[3-9] chunks/);

  await page.getByLabel('Piece size').fill('400');
  await expect(run).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await expect(pieces).toContainText('1 chunk');

  // On paper the outputs are whole, and there is nothing to press.
  await page.emulateMedia({ media: 'print' });
  await expect(run).toBeHidden();
  await expect(page.getByRole('button', { name: 'Show the canvas' })).toBeHidden();
  await expect(pieces).toContainText('Seven bowls stand in the window.');
  const isCut = await page
    .locator('.app-view, .app-view .overflow-auto')
    .evaluateAll((boxes) => boxes.some((box) => box.scrollHeight > box.clientHeight + 1));
  expect(isCut).toBe(false);
  await page.emulateMedia({ media: 'screen' });

  // Whoever gets the link sees the form; what was filled in stays with who did.
  await page.goto(page.url());
  await expect(page.getByRole('heading', { name: 'cutter', level: 1 })).toBeVisible();
  await expect(page.getByLabel('text', { exact: true })).toHaveValue('');
  await page.getByRole('button', { name: 'Show the canvas' }).click();
  await expect(bench.node('chunk')).toBeVisible();
  await expect(page.getByTestId('save-state')).toHaveText('saved');
});

test('the link of an app is copied', async ({ page, context, workspace }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await using chat = await openChatServer((_request, response) =>
    answerWith(response, 'At 05:40.'),
  );
  await workspace.graph('linked', asking(chat.url));
  await page.goto(appLink(workspace.url, 'linked.graft.json'));
  await expect(page.getByTestId('link-reach')).toContainText('works on this computer only');
  await expect(page.getByTestId('link-reach')).toContainText(
    'Anyone with the link can ask this graph questions but change nothing.',
  );
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await expect(page.getByTestId('notice')).toContainText('Copied the link.');
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.pathname).toMatch(/^\/ask\/[\w-]+\.[\w-]{22}\/$/);
  expect(link.search).toBe('');

  // From the commands and the menu of the file, too.
  await page.getByRole('button', { name: 'Show the canvas' }).click();
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.keyboard.press('Control+k');
  await page.keyboard.type('share');
  await page.getByRole('option', { name: 'Copy the link to ask' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link.href);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByRole('button', { name: 'More about linked' }).click();
  await page.getByRole('menuitem', { name: 'Copy the link to ask' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link.href);
});

test('an app fits a phone', async ({ page, workspace }) => {
  await writeFile(path.join(workspace.folder, 'cutter.graft.json'), JSON.stringify(cutter));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(appLink(workspace.url, 'cutter.graft.json'));
  await expect(page.getByRole('button', { name: /^Run/ })).toBeVisible();
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(widest).toBeLessThanOrEqual(390);
});

test('an app says what it lacks, and what it cannot be', async ({ page, workspace }) => {
  const { notes: _notes, ...nodes } = cutter.nodes;
  const needy = { ...cutter, nodes, edges: cutter.edges.slice(1), layout: {} };
  await writeFile(path.join(workspace.folder, 'needy.graft.json'), JSON.stringify(needy));
  await page.goto(appLink(workspace.url, 'needy.graft.json'));
  await expect(page.getByText('Fill in text first.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Run/ })).toBeDisabled();
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
  const starts: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('runs.start')) starts.push(request.url());
  });
  await page.keyboard.press('Control+Enter');
  await page.getByLabel('text', { exact: true }).fill('One line.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('app-output-chunks')).toContainText('One line.');
  // Not the one without a text.
  expect(starts).toHaveLength(1);
  await page.goto(appLink(workspace.url, 'a-first.graft.json'));
  await expect(page.getByText('has no named inputs or outputs')).toBeVisible();
});

test('the key that runs takes what the form holds, wherever it is pressed', async ({
  page,
  workspace,
}) => {
  await writeFile(path.join(workspace.folder, 'cutter.graft.json'), JSON.stringify(cutter));
  await page.goto(appLink(workspace.url, 'cutter.graft.json'));
  await page.getByLabel('text', { exact: true }).fill('Nine jugs dry on the sill.');
  await page.getByRole('heading', { name: 'cutter', level: 1 }).click();
  await expect(page.locator('body')).toBeFocused();
  await page.keyboard.press('Control+Enter');
  const pieces = page.getByTestId('app-output-chunks');
  await expect(pieces).toContainText('Nine jugs dry on the sill.');
  await expect(pieces).not.toContainText('The eastern kiln');
});

test('keys that edit do nothing to a graph that is not seen', async ({ page, workspace }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const file = path.join(workspace.folder, 'cutter.graft.json');
  await writeFile(file, JSON.stringify(cutter));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'cutter.graft.json');
  await bench.select('chunk');
  await page.keyboard.press('Control+d');
  await expect(page.locator('.react-flow__node')).toHaveCount(5);
  await page.keyboard.press('Control+c');
  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'cutter', level: 1 })).toBeVisible();
  const keys = ['Control+z', 'Control+v', 'Control+a', 'Control+d', 'Control+x', 'Control+e'];
  for (const key of [...keys, 'Control+a', 'Delete', 'Control+a', 'Backspace', 'F2'])
    await page.keyboard.press(key);
  await page.keyboard.press('Control+k');
  const menu = page.getByRole('dialog', { name: 'Command menu' });
  await expect(menu.getByRole('option', { name: 'Show the graph on the canvas' })).toBeVisible();
  await expect(menu.getByRole('option', { name: /Select all|^Chunk/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Show the canvas' }).click();
  await expect(page.locator('.react-flow__node')).toHaveCount(5);
  await expect(bench.node('chunk')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.locator('.react-flow__node')).toHaveCount(4);
});

test('a view of what is not there is the canvas', async ({ page, workspace }) => {
  await page.goto(appLink(workspace.url, 'never-there.graft.json'));
  await expect(page.getByRole('heading', { name: 'No graph is open' })).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Palette' })).toBeVisible();
  await workspace.graph('empty', { nodes: {} });
  await page.goto(appLink(workspace.url, 'empty.graft.json'));
  await expect(page.getByText('Drag a node from the left')).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBeNull();
});

test('an app says that it shows a run of before', async ({ page, workspace }) => {
  await writeFile(path.join(workspace.folder, 'looked-back.graft.json'), JSON.stringify(cutter));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'looked-back.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await bench.run();
  await bench.reaches('chunk', 'cached');
  await bench.tab('All runs');
  await page.getByTestId('run').nth(1).click();
  await expect(page.getByTestId('past-run')).toBeVisible();
  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'looked-back', level: 1 })).toBeVisible();
  await expect(page.getByTestId('past-run')).toContainText(/Run of \d\d:\d\d/);
  await page.getByRole('button', { name: 'Back to latest' }).click();
  await expect(page.getByTestId('past-run')).toHaveCount(0);
});

test('a file that is too large for a field leaves it as it is', async ({ page, workspace }) => {
  await writeFile(path.join(workspace.folder, 'cutter.graft.json'), JSON.stringify(cutter));
  await page.goto(appLink(workspace.url, 'cutter.graft.json'));
  const text = page.getByLabel('text', { exact: true });
  await text.fill('Typed before.');
  const large = path.join(workspace.folder, 'large.txt');
  await writeFile(large, 'x'.repeat(20_000_001));
  const chooser = page.locator('input[type=file]');
  await chooser.setInputFiles(large);
  await expect(page.getByTestId('notice')).toContainText('large.txt has 20.0 MB');
  await expect(text).toHaveValue('Typed before.');
  await chooser.setInputFiles({
    ...{ name: 'small.txt', mimeType: 'text/plain' },
    buffer: Buffer.from('From a file.'),
  });
  await expect(text).toHaveValue('From a file.');
});

test('what is typed for an input stays where it is called otherwise', async ({
  page,
  workspace,
}) => {
  await writeFile(path.join(workspace.folder, 'kept-text.graft.json'), JSON.stringify(cutter));
  const bench = new Workbench(page);
  await page.goto(appLink(workspace.url, 'kept-text.graft.json'));
  await page.getByLabel('text', { exact: true }).fill('Typed before.');
  await page.getByRole('button', { name: 'Show the canvas' }).click();
  await bench.select('text');
  await page.getByLabel('Name', { exact: true }).fill('essay');
  await page.keyboard.press('Enter');
  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  await expect(page.getByLabel('essay', { exact: true })).toHaveValue('Typed before.');
});
