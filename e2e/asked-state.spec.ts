import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import {
  beginStream,
  endStream,
  openChatServer,
  writePiece,
} from '../runtime/backends/testing/chat-server.ts';
import { expectAccessible } from './accessible.ts';
import { asking, expect, test, type SmallGraph } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Answers from the rows of a table, without a model, and cites them. */
const lookingUp = (table: string): SmallGraph => ({
  nodes: {
    ask: { type: 'questions', params: { questions: 'How hot is the kiln?\nHow hot is the oven?' } },
    table: { type: 'load-files', params: { paths: [table] } },
    look: { type: 'look-up', params: { keys: ['place'], answer: '{heat}' } },
  },
  edges: ['ask.questions -> look.questions', 'table.documents -> look.table'],
  layout: { ask: [0, 0], table: [0, 200], look: [280, 0] },
});

const chips = (page: Page, ...ids: readonly string[]) =>
  Promise.all(ids.map((id) => expect(page.getByTestId(`status-${id}`)).toHaveText('asked')));

test('a question asked alone shows at the nodes, stands once, and opens its source', async ({
  page,
  workspace,
}) => {
  const file = path.join(workspace.folder, 'heats.csv');
  await writeFile(file, 'place,heat\nkiln,960 degrees\noven,220 degrees\nstudio,21 degrees\n');
  await workspace.graph('asked-alone', lookingUp('heats.csv'));
  const bench = new Workbench(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await bench.open(workspace.url, 'asked-alone.graft.json');
  const summary = page.getByRole('complementary', { name: 'Inspector' });
  const result = page.getByRole('region', { name: 'Result' });
  const answer = page.getByTestId('answer');
  const source = page.getByTestId('source');
  await expect(summary).toContainText('Run the graph to see its result here.');
  await page.getByRole('textbox', { name: 'Ask' }).fill('How hot is the studio?');
  await page.keyboard.press('Enter');
  await expect(answer).toContainText('21 degrees');

  await test.step('the nodes show what was asked, and nothing on the page asks for a run', async () => {
    await chips(page, 'ask', 'table', 'look');
    await expect(page.getByTestId('plan-line')).toContainText('1 reused · 2 will run');
    await chips(page, 'ask', 'table', 'look');
    await expect(bench.node('look')).toContainText('1 answer');
    await expect(summary).not.toContainText('Run the graph to see its result');
    await expect(result).toHaveCount(0);
    await expect(page.locator('.gk-answer')).toHaveText('21 degrees');
    await expectAccessible(page, 'what was asked, before any run');
  });

  await test.step('the source is what the answer was made from, also where the file is another since', async () => {
    await writeFile(file, 'place,heat\nkiln,960 degrees\noven,220 degrees\nstudio,5 degrees\n');
    await expect(page.getByTestId('plan-line')).toContainText('3 will run');
    await answer.getByRole('button', { name: /heats\.csv/ }).click();
    await expect(source).toContainText('21 degrees');
    await page.keyboard.press('Escape');
  });

  await test.step('opening the graph again shows the same, and the answer once', async () => {
    await page.reload();
    await expect(answer).toContainText('21 degrees');
    await chips(page, 'ask', 'look');
    await expect(result).toHaveCount(0);
    await answer.getByRole('button', { name: /heats\.csv/ }).click();
    await expect(source).toContainText('21 degrees');
    await page.keyboard.press('Escape');
  });

  await test.step('the reason for a passage is legible', async () => {
    await answer.locator('.gk-by').click();
    await expect(answer.locator('.gk-citations')).toContainText(/Chunk heats\.csv/);
    await expect(answer.locator('.gk-citations details p').first()).toHaveCSS('font-size', '12px');
  });

  await test.step('a run shows the results of the graph, beside what was asked', async () => {
    await bench.run();
    await expect(result).toContainText('960 degrees');
    await expect(page.getByTestId('status-look')).not.toHaveText('asked');
    await answer.getByRole('button', { name: /heats\.csv/ }).click();
    await expect(source).toContainText('21 degrees');
    await page.keyboard.press('Escape');
    const tabs = page.getByRole('tablist', { name: 'Run panel' });
    expect(await tabs.evaluate((list) => list.scrollWidth - list.clientWidth)).toBe(0);
    await expect(tabs.getByRole('tab', { name: 'Experiments' })).toBeInViewport({ ratio: 1 });
  });
});

test('while a question is asked the canvas and the header show it, and each answer its model', async ({
  page,
  workspace,
}) => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  await using chat = await openChatServer(async (_request, response) => {
    await opened;
    beginStream(response);
    writePiece(response, 'At 05:40.');
    endStream(response, { prompt: 7, completion: 3 });
  });
  await workspace.graph('asked-and-waiting', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'asked-and-waiting.graft.json');
  const answers = page.getByTestId('answer');
  await page.getByRole('textbox', { name: 'Ask' }).fill('When is it lit?');
  await page.keyboard.press('Enter');
  await expect(bench.node('write')).toHaveAttribute('data-status', 'running');
  await expect(page.getByTestId('answering')).toHaveText('answering · 3 of 4 done');
  await expect(answers.getByRole('status')).toContainText('Generate: ');
  await expect(answers.getByRole('status')).toContainText(
    /waiting for the first word of kiln-1, at 127\.0\.0\.1/,
  );
  await expectAccessible(page, 'a question that is being answered');
  open();
  await expect(answers).toHaveAttribute('data-status', 'succeeded');
  await expect(answers).toContainText('Answered by kiln-1');
  await expect(page.getByTestId('answering')).toHaveCount(0);
  await chips(page, 'ask', 'prompt', 'write');

  await bench.select('remote');
  await bench.fill('Model', 'kiln-2');
  await page.locator('.react-flow__pane').click({ position: { x: 6, y: 6 } });
  await page.getByRole('textbox', { name: 'Ask' }).fill('Who lights it?');
  await page.keyboard.press('Enter');
  await expect(answers.first()).toContainText('Answered by kiln-2');
  await expect(answers.last()).toContainText('Answered by kiln-1');

  await test.step('what can be done to a row covers none of it, and leaves with the pointer', async () => {
    await bench.select('ask');
    await bench.fill('Questions', 'When is the kiln lit?\nWho opens the gate?');
    await bench.run();
    await bench.select('write');
    await bench.tab('Output');
    const row = bench.output.locator('[data-row="1"]');
    await expect(row).toContainText('Who opens the gate?');
    // Add a foot, as answers have that were traced through the graph.
    await row.evaluate((element) => {
      const foot = document.createElement('div');
      foot.className = 'gk-row-foot';
      foot.textContent = 'looked for hits';
      element.append(foot);
    });
    const corner = row.locator('.gk-row-actions');
    await row.hover();
    await expect(corner).toHaveCSS('opacity', '1');
    expect((await corner.boundingBox())?.height).toBeLessThan(40);
    await page.mouse.move(600, 600);
    await expect(corner).toHaveCSS('opacity', '0');
  });
});
