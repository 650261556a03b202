import type { Page } from '@playwright/test';
import { menuItem } from './small-graphs.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const loose = {
  nodes: {
    files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
    other: { type: 'load-files', params: { paths: ['notes/k*.md'] } },
    chunk: { type: 'chunk', params: { size: 71 } },
  },
  layout: { files: [0, 0], other: [0, 200], chunk: [280, 0] } as const,
};

const said = (page: Page) => page.getByTestId('announcement');
const list = (page: Page) => page.getByRole('dialog', { name: /^(Connect|Disconnect) / });
/** Of the list that is open: selects of the form have options as well. */
const options = (page: Page) => page.getByRole('dialog').getByRole('option');
const edges = (page: Page) => page.locator('.react-flow__edge');

/** Waits until a port has the focus. */
async function isAtPort(page: Page, port: string): Promise<void> {
  const [node = '', name = ''] = port.split('.');
  await expect(page.getByTestId(`handle-${node}-${name}`)).toBeFocused();
}

test('ports are gone through, connected and disconnected by keys', async ({ page, workspace }) => {
  await workspace.graph('connected', loose);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'connected.graft.json');
  await bench.select('files');

  await test.step('an input that is empty', async () => {
    await page.keyboard.press('p');
    await isAtPort(page, 'files.documents');
    await page.keyboard.press('Enter');
    await expect(list(page)).toHaveAccessibleName('Connect documents of Files (files) to');
    await page.keyboard.type('chunk');
    await expect(options(page).first()).toHaveText(/documents.*to.*Chunk.*documents/);
    await page.keyboard.press('Enter');
    await expect(edges(page)).toHaveCount(1);
    await expect(said(page)).toHaveText(
      'Connected documents of Files (files) to documents of Chunk.',
    );
    await isAtPort(page, 'files.documents');
    await expect(page.getByTestId('handle-files-documents')).toHaveAccessibleDescription(
      /Not connected|Connected: documents of Files \(files\) to documents of Chunk/,
    );
  });
  await test.step('along the edge, across the node, and back to it', async () => {
    await page.keyboard.press('ArrowRight');
    await isAtPort(page, 'chunk.documents');
    await page.keyboard.press('ArrowRight');
    await isAtPort(page, 'chunk.chunks');
    await page.keyboard.press('ArrowLeft');
    await isAtPort(page, 'chunk.documents');
    await expect(page.getByTestId('handle-chunk-documents')).toHaveAccessibleDescription(
      'Connected: documents of Files (files) to documents of Chunk. Enter connects, Delete disconnects.',
    );
  });
  await test.step('another takes the place of what the input has, and an undo brings it back', async () => {
    await page.keyboard.press('c');
    await page.keyboard.type('other');
    await expect(options(page).first()).toContainText('replaces Files (files) documents');
    await page.keyboard.press('Enter');
    await expect(said(page)).toHaveText(
      'Connected documents of Files (other) to documents of Chunk, replacing documents of Files (files).',
    );
    await expect(edges(page)).toHaveCount(1);
    await page.keyboard.press('Control+z');
    await expect(
      page.getByLabel('Connection from documents of Files (files) to documents of Chunk'),
    ).toBeAttached();
  });
  await test.step('what does not fit says why, and the list stays', async () => {
    await isAtPort(page, 'chunk.documents');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    // Of the same side of an edge there is nothing: an output takes inputs only.
    await page.keyboard.type('chunk documents');
    await expect(options(page)).toHaveCount(0);
    await page.keyboard.press('Escape');
    await isAtPort(page, 'chunk.chunks');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Delete');
    await expect(edges(page)).toHaveCount(0);
    await expect(said(page)).toHaveText(
      'Disconnected documents of Files (files) to documents of Chunk.',
    );
    await expect(page.locator('.react-flow__node')).toHaveCount(3);
    await page.keyboard.press('Escape');
    await expect(page.locator('.react-flow__node[data-id="chunk"]')).toBeFocused();
  });
});

test('keeps what is typed before the list of ports, or of models, has come', async ({
  page,
  workspace,
}) => {
  const nodes = { ...loose.nodes, embed: { type: 'embed' } };
  await workspace.graph('connected', { ...loose, nodes });
  const bench = new Workbench(page);
  await page.route(/\.js(\?|$)/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await route.continue();
  });
  await bench.open(workspace.url, 'connected.graft.json');
  // Nothing of the page was touched before: what comes with the first touch is not there yet.
  await page.locator('.react-flow__node[data-id="files"]').focus();
  await page.keyboard.press('p');
  await page.keyboard.press('Enter');
  await page.keyboard.type('chunk', { delay: 40 });
  await expect(page.getByRole('dialog').getByRole('combobox')).toHaveValue('chunk');
  await expect(options(page).first()).toHaveText(/documents.*to.*Chunk.*documents/);
  await page.keyboard.press('Escape');
  await bench.select('embed');
  await page.getByRole('button', { name: 'All models … for Model' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('mini', { delay: 40 });
  await expect(page.getByRole('dialog').getByRole('combobox')).toHaveValue('mini');
});

test('a new node is connected as it is added, and a wrong port is refused with the reason', async ({
  page,
  workspace,
}) => {
  await workspace.graph('connected-new', loose);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'connected-new.graft.json');
  await bench.select('chunk');
  await page.keyboard.press('c');
  await page.keyboard.type('embed');
  await expect(options(page).first()).toContainText('Embed');
  await page.keyboard.press('Enter');
  await expect(bench.node('embed')).toBeVisible();
  await expect(said(page)).toHaveText(
    'Added Embed and connected chunks of Chunk to chunks of Embed.',
  );
  await expect(page.locator('.react-flow__node[data-id="embed"]')).toBeFocused();

  await bench.select('files');
  await page.keyboard.press('c');
  await page.keyboard.type('embed chunks');
  const refused = page.getByRole('group', { name: /Does not fit/ });
  await expect(refused.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('End');
  await expect(refused.getByRole('option', { selected: true })).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('connect-refusal')).toHaveText(
    /documents.*chunks|chunks.*documents/i,
  );
  await expect(list(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(edges(page)).toHaveCount(1);

  await test.step('by the menus of a node and of a port, and by the command menu', async () => {
    await page.locator('.react-flow__node[data-id="embed"]').focus();
    await page.keyboard.press('Shift+F10');
    await expect(menuItem(page, 'Connect to …')).toBeVisible();
    await menuItem(page, 'Disconnect …').press('Enter');
    await expect(list(page)).toHaveAccessibleName('Disconnect Embed');
    await page.keyboard.press('Enter');
    await expect(edges(page)).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(edges(page)).toHaveCount(1);
    await page.getByTestId('handle-embed-chunks').click({ button: 'right' });
    await expect(menuItem(page, 'Go to Chunk')).toBeVisible();
    await menuItem(page, 'Disconnect').press('Enter');
    await expect(edges(page)).toHaveCount(0);
    await bench.select('embed');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('wire edge link');
    await expect(options(page).first()).toHaveText(/^Connect to …/);
    await page.keyboard.press('Enter');
    await expect(list(page)).toHaveAccessibleName('Connect Embed to');
    await page.keyboard.press('Escape');
  });
});

test('keys lead from a node to its parameters and its output, and back', async ({
  page,
  workspace,
}) => {
  await workspace.graph('to-inspector', loose);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'to-inspector.graft.json');
  await bench.select('other');
  await page.keyboard.press('e');
  await expect(page.getByRole('combobox', { name: 'Files, row 1' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('.react-flow__node[data-id="other"]')).toBeFocused();
  await page.keyboard.press('Shift+Enter');
  await expect(bench.node('other')).toHaveAttribute('data-status', /succeeded|cached/);
  await page.keyboard.press('o');
  await expect(page.getByRole('tabpanel', { name: 'Output' })).toBeFocused();
  await expect(bench.output).toContainText('kilns.md');
  await page.keyboard.press('Escape');
  await expect(page.locator('.react-flow__node[data-id="other"]')).toBeFocused();
  await expect(bench.node('other')).toHaveAttribute('data-selected', 'true');
});
