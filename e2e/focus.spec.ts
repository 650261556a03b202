import type { Page } from '@playwright/test';
import { menuItem } from './small-graphs.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** What a keyboard user is on: a node by its id, else the label of the control. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) return 'nothing';
    const id = activeElement.getAttribute('data-id') ?? '';
    if (activeElement.matches('.react-flow__node')) return `node ${id}`;
    return activeElement.getAttribute('aria-label') ?? activeElement.textContent ?? '';
  });
const isOn = (page: Page, place: string) => expect.poll(() => focused(page)).toBe(place);

const chain = {
  nodes: {
    ...chunking.nodes,
    chunk: { type: 'chunk', params: { size: 77 } },
    questions: { type: 'questions', params: { questions: 'Why?' } },
  },
  edges: chunking.edges ?? [],
  layout: { files: [0, 0], chunk: [280, 0], questions: [280, 260] } as const,
};

test('after a command the focus is where one goes on', async ({ page, workspace }) => {
  await workspace.graph('focus', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'focus.graft.json');
  await bench.select('chunk');
  await test.step('deleted: at what fed it; brought back: still there', async () => {
    await page.keyboard.press('Delete');
    await expect(bench.node('chunk')).toHaveCount(0);
    await isOn(page, 'node files');
    await page.keyboard.press('Control+z');
    await expect(bench.node('chunk')).toBeVisible();
    await isOn(page, 'node files');
  });
  await test.step('added by the menu: at the new one', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('embed');
    await expect(page.getByRole('option', { name: /^Embed/ })).toBeVisible();
    await page.keyboard.press('Enter');
    await isOn(page, 'node embed');
    await page.keyboard.press('Control+z');
    await expect(bench.node('embed')).toHaveCount(0);
    await expect.poll(() => focused(page)).toMatch(/^node /);
  });
  await test.step('duplicated and pasted: at the new one', async () => {
    await page.locator('.react-flow__node[data-id="questions"]').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+d');
    await isOn(page, 'node questions-2');
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+v');
    await isOn(page, 'node questions-3');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(bench.node('questions-2')).toHaveCount(0);
  });
  await test.step('grouped, gone into and left', async () => {
    await page.locator('.react-flow__node[data-id="chunk"]').focus();
    await page.keyboard.press('Enter');
    await bench.makeSubgraph();
    await isOn(page, 'node subgraph');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('trail')).toContainText('subgraph');
    await isOn(page, 'Canvas');
    await page.keyboard.press('Tab');
    // Nodes come before edges, in the order in which they are read.
    for (const node of ['documents', 'chunk', 'chunks']) {
      await isOn(page, `node ${node}`);
      await page.keyboard.press('Tab');
    }
    await expect.poll(() => focused(page)).toMatch(/^Connection from /);
    await page.keyboard.press('Control+ArrowUp');
    await expect(page.getByTestId('trail')).toBeHidden();
    await isOn(page, 'node subgraph');
  });
  await test.step('a menu or dialog that closes', async () => {
    await page.keyboard.press('Shift+F10');
    await expect(menuItem(page, 'Duplicate')).toBeVisible();
    await page.keyboard.press('Escape');
    await isOn(page, 'node subgraph');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await isOn(page, 'node subgraph');
    await page.getByRole('button', { name: 'New graph', exact: true }).press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await isOn(page, 'New graph');
  });
  await test.step('a title written anew, and a button that has nothing left to do', async () => {
    await page.locator('.react-flow__node[data-id="questions"]').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('F2');
    await isOn(page, 'Title of questions');
    await page.keyboard.press('Escape');
    await isOn(page, 'node questions');
    const undo = page.getByRole('button', { name: 'Undo' });
    while (await undo.isEnabled()) await undo.press('Enter');
    await isOn(page, 'node questions');
  });
  await test.step('a run', async () => {
    await page.keyboard.press('Control+Enter');
    await bench.reaches('questions', 'succeeded');
    await isOn(page, 'node questions');
  });
});

test('a command that leaves the focus on the canvas draws no frame around it', async ({
  page,
  workspace,
}) => {
  // A question of its own: one that another test has asked is reused, and its node reads "cached".
  const questions = { type: 'questions', params: { questions: 'Where is the frame?' } };
  await workspace.graph('unframed', { ...chain, nodes: { ...chain.nodes, questions } });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'unframed.graft.json');
  const canvas = page.locator('.react-flow');
  await page.keyboard.press('Control+Enter');
  await bench.reaches('questions', 'succeeded');
  await isOn(page, 'Canvas');
  await expect(canvas).toHaveCSS('outline-style', 'none');
  // The next Tab leads to a node, which has one.
  await page.keyboard.press('Tab');
  await expect.poll(() => focused(page)).toMatch(/^node /);
  await expect(page.locator('.react-flow__node:focus .node')).toHaveCSS('outline-style', 'solid');
});

test('a node that is frozen by its button has the focus', async ({ page, workspace }) => {
  await workspace.graph('focus-frozen', { ...chain, nodes: { ...chain.nodes } });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'focus-frozen.graft.json');
  await bench.select('questions');
  await bench.runUpToHere();
  await expect(bench.node('questions')).toHaveAttribute('data-status', /succeeded|cached/);
  await bench.tab('Output');
  await page.getByRole('button', { name: 'Freeze this output' }).press('Enter');
  await expect(bench.node('questions')).toContainText('(frozen)');
  await isOn(page, 'node questions');
});

test('Escape in a line takes back what was typed and leads to the node, then lets go of it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('take-back', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'take-back.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  const size = page.getByLabel('Size', { exact: true });
  await test.step('a number, typed in two goes', async () => {
    await size.fill('12');
    await page.waitForTimeout(1_100);
    await size.press('5');
    await expect(size).toHaveValue('125');
    await page.keyboard.press('Escape');
    await expect(size).toHaveValue('77');
    await isOn(page, 'node chunk');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    // An edit like any other: Undo brings back what was typed.
    await page.keyboard.press('Control+z');
    await expect(size).toHaveValue('125');
    await page.keyboard.press('Control+Shift+z');
    await expect(size).toHaveValue('77');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
  });
  await test.step('not a text of lines, which it only leaves', async () => {
    await bench.select('questions');
    const text = page.getByLabel('Questions', { exact: true });
    await text.fill('Why?\nHow?');
    await page.keyboard.press('Escape');
    await isOn(page, 'node questions');
    await expect(text).toHaveValue('Why?\nHow?');
    await page.keyboard.press('Control+z');
    await expect(text).toHaveValue('Why?');
    await bench.select('chunk');
  });
  await test.step('several values that were not taken over', async () => {
    await size.fill('64, 128');
    await page.keyboard.press('Escape');
    await expect(size).toHaveValue('77');
    await expect(page.getByTestId('several-size')).toHaveCount(0);
  });
  await test.step('a title', async () => {
    await page.getByLabel('Title', { exact: true }).fill('Cutter');
    await page.keyboard.press('Escape');
    await expect(bench.node('chunk')).not.toContainText('Cutter');
  });
  await test.step('not what was saved, run or entered before', async () => {
    await size.fill('90');
    await page.keyboard.press('Control+s');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    await page.keyboard.press('Escape');
    await isOn(page, 'node chunk');
    await expect(size).toHaveValue('90');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
    await size.fill('91');
    await page.keyboard.press('Enter');
    await size.fill('92');
    await page.keyboard.press('Escape');
    await expect(size).toHaveValue('91');
    await size.fill('93');
    await page.keyboard.press('Control+Enter');
    await bench.reaches('chunk', 'succeeded');
    await page.keyboard.press('Escape');
    await isOn(page, 'node chunk');
    await expect(size).toHaveValue('93');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
  });
  await test.step('nor a row that was left', async () => {
    await bench.select('files');
    await bench.tab('Parameters');
    await page.getByRole('button', { name: 'Add to Files' }).press('Enter');
    const added = page.getByRole('combobox', { name: 'Files, row 2' });
    await expect(added).toBeFocused();
    await page.keyboard.type('notes/kilns.md');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await isOn(page, 'node files');
    await expect(added).toHaveValue('notes/kilns.md');
  });
  await test.step('once more: nothing is selected', async () => {
    await bench.select('chunk');
    await isOn(page, 'node chunk');
    await page.keyboard.press('Escape');
    await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'false');
  });
});

test('F2 renames the node that has the focus, whatever is selected', async ({
  page,
  workspace,
}) => {
  await workspace.graph('renamed-focus', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'renamed-focus.graft.json');
  await bench.select('chunk');
  await page.locator('.react-flow__node[data-id="files"]').focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('Handbook');
  await page.keyboard.press('Enter');
  await expect(bench.node('files')).toContainText('Handbook');

  await page.locator('.react-flow__node[data-id="files"]').focus();
  await page.keyboard.press('n');
  await expect(page.getByLabel('Note, in Markdown')).toBeFocused();
  await page.keyboard.type('Why so');
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-selected="true"]')).toHaveText('Why so');
  await page.locator('.react-flow__node[data-id="chunk"]').focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('Cut');
  await page.keyboard.press('Enter');
  await expect(bench.node('chunk')).toContainText('Cut');
});

test('a row that was just added is no problem', async ({ page, workspace }) => {
  await workspace.graph('just-added', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'just-added.graft.json');
  await bench.select('files');
  const row = (index: number) => page.getByRole('combobox', { name: `Files, row ${index}` });
  await row(1).press('Enter');
  await expect(row(2)).toBeFocused();
  await expect(row(2)).not.toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('save-state')).toHaveText('saved');
  await page.keyboard.type('notes/kilns.md');
  await expect(page.getByTestId('save-state')).toHaveText('unsaved');
  // Between two rows, too: what stands below moves down.
  await row(1).press('Enter');
  await expect(row(2)).toHaveValue('');
  await expect(row(3)).toHaveValue('notes/kilns.md');
  await page.keyboard.press('Backspace');
  await expect(row(1)).toBeFocused();
  await expect(row(2)).toHaveValue('notes/kilns.md');
});

test('a row of a list that is left empty is none', async ({ page, workspace }) => {
  await workspace.graph('left-empty', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'left-empty.graft.json');
  await bench.select('files');
  const rows = page.getByRole('combobox', { name: /^Files, row/ });
  await rows.first().click();
  await page.keyboard.press('Control+Enter');
  await bench.reaches('files', 'succeeded');
  await expect(rows).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toBeFocused();
  await bench.select('chunk');
  await bench.select('files');
  await bench.tab('Parameters');
  await expect(rows).toHaveCount(1);
  await expect(page.getByTestId('plan-line')).not.toContainText('problem');
});

test('another view has the focus where one was', async ({ page, workspace }) => {
  await workspace.graph('focus-views', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'focus-views.graft.json');
  const view = (name: string) =>
    page.getByRole('group', { name: 'View' }).getByRole('button', { name });

  await test.step('at the switch', async () => {
    await view('Notebook').focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('.cell').first()).toBeVisible();
    await expect(view('Notebook')).toBeFocused();
    await view('Canvas').focus();
    await page.keyboard.press('Enter');
    await expect(bench.node('chunk')).toBeVisible();
    await expect(view('Canvas')).toBeFocused();
  });

  await test.step('at the node, by a command', async () => {
    await page.locator('.react-flow__node[data-id="chunk"]').focus();
    const show = async (words: string): Promise<void> => {
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog')).toBeVisible();
      await page.keyboard.type(words);
      await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toContainText(
        words,
      );
      await page.keyboard.press('Enter');
    };
    await show('as a notebook');
    await expect(page.getByTestId('cell-chunk')).toBeFocused();
    await show('graph on the canvas');
    await expect(page.locator('.react-flow__node[data-id="chunk"]')).toBeFocused();
    await show('as an app');
    await expect(page.locator('.app-view')).toBeVisible();
    await expect.poll(() => focused(page)).not.toBe('nothing');
  });
});

test('Tab leads on from the last control of the page', async ({ page, workspace }) => {
  await workspace.graph('round', chain);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'round.graft.json');
  // The last that comes.
  await expect(page.getByRole('button', { name: 'Take the tour' })).toBeVisible();
  await page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>('button, input, select, textarea');
    const last = [...controls].filter((one) => one.tabIndex >= 0 && one.checkVisibility()).at(-1);
    last?.focus();
  });
  const last = await focused(page);
  expect(last).not.toBe('nothing');
  await page.keyboard.press('Tab');
  // Whatever gives a lost focus back has had its frames.
  await page.evaluate(async () => {
    for (let frames = 0; frames < 5; frames++) await new Promise(requestAnimationFrame);
  });
  expect(await focused(page)).not.toBe(last);
  await page.keyboard.press('Tab');
  await expect.poll(() => focused(page)).not.toBe('nothing');
});
