import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import {
  answerWith,
  beginStream,
  endStream,
  openChatServer,
  refuse,
  writePiece,
} from '../runtime/backends/testing/chat-server.ts';
import { expectAccessible } from './accessible.ts';
import { asking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** The box in which questions are typed, and the turns below it. */
function conversationOf(page: Page): {
  readonly box: Locator;
  readonly turns: Locator;
  readonly answers: Locator;
} {
  return {
    box: page.getByRole('textbox', { name: 'Ask' }),
    turns: page.getByTestId('asked'),
    answers: page.getByTestId('answer'),
  };
}

/** A promise that the test keeps itself. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

test('an answer is streamed, stopped with what came, and asked again', async ({
  page,
  workspace,
}) => {
  const gates = [gate(), gate()];
  let asked = 0;
  await using chat = await openChatServer(async (_request, response) => {
    const at = asked;
    asked += 1;
    beginStream(response);
    writePiece(response, at === 0 ? 'The kiln is lit' : 'At 05:40.');
    await gates[at]?.passed;
    endStream(response, { prompt: 7, completion: 3 });
  });
  await workspace.graph('stopped-answer', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'stopped-answer.graft.json');
  const { box, turns, answers } = conversationOf(page);
  await expect(box).toHaveAccessibleDescription(/^Each question is answered on its own\./);
  await page.locator('.react-flow__pane').click({ position: { x: 6, y: 6 } });
  await page.keyboard.press('q');
  await page.keyboard.type('When is it lit?');
  await page.keyboard.press('Enter');
  await expect(answers).toContainText('The kiln is lit');
  await expect(box).toBeFocused();
  await expect(box).toHaveValue('');
  // Header and canvas say so as well.
  const answering = page.getByTestId('answering');
  const atWork = bench.node('write').getByRole('progressbar', { name: 'Progress of Generate' });
  await expect(answering).toBeVisible();
  await expect(atWork).toBeVisible();
  await answers.getByRole('button', { name: 'Stop' }).click();
  await expect(answers).toHaveAttribute('data-status', 'cancelled');
  await expect(answers).toContainText('The kiln is lit');
  await expect(answers).toContainText('Stopped.');
  await expect(answering).toHaveCount(0);
  await expect(atWork).toHaveCount(0);
  gates[0]?.open();
  await expectAccessible(page, 'an answer that was stopped');

  await answers.getByRole('button', { name: 'Retry' }).click();
  await expect(answers).toContainText('At 05:40.');
  await expect(answers).not.toContainText('The kiln is lit');
  gates[1]?.open();
  await expect(answers).toHaveAttribute('data-status', 'succeeded');
  await expect(turns).toHaveCount(1);

  await test.step('the conversation is there after a reload, without the answer that was replaced', async () => {
    await page.reload();
    await expect(answers).toHaveAttribute('data-status', 'succeeded');
    await expect(answers).toContainText('At 05:40.');
    await expect(turns).toHaveCount(1);
  });
  await test.step('the newest question comes back by key', async () => {
    await box.focus();
    await page.keyboard.press('ArrowUp');
    await expect(box).toHaveValue('When is it lit?');
  });
});

test('below a long result the newest question stays in sight, and the result as it is', async ({
  page,
  workspace,
}) => {
  const writing = gate();
  await using chat = await openChatServer(async ({ messages }, response) => {
    const isAsked = JSON.stringify(messages).includes('Who lights it?');
    beginStream(response);
    writePiece(
      response,
      isAsked ? 'Ansel' : 'It is lit at 05:40, before the gate opens. '.repeat(40),
    );
    if (isAsked) await writing.passed;
    endStream(response, { prompt: 7, completion: 3 });
  });
  await workspace.graph('long-result', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'long-result.graft.json');
  const { box, turns, answers } = conversationOf(page);
  const result = page.getByRole('region', { name: 'Result' });
  await bench.run();
  await bench.reaches('write', 'succeeded');
  await expect(result.getByTestId('output')).toContainText('before the gate opens');
  await box.fill('Who lights it?');
  await box.press('Enter');
  await expect(answers).toContainText('Ansel');
  await expect(result.getByTestId('output')).toContainText('before the gate opens');
  await expect(turns.getByText('Ansel')).toBeInViewport({ ratio: 1 });
  writing.open();
  await expect(answers).toHaveAttribute('data-status', 'succeeded');
  await expect(turns.getByText('Ansel')).toBeInViewport({ ratio: 1 });
});

test('an error in the middle of an answer says what happened, and it is asked again', async ({
  page,
  workspace,
}) => {
  let failing = true;
  await using chat = await openChatServer((_request, response) => {
    if (failing) refuse(response, 400, 'The kiln model has no room for this prompt.');
    else answerWith(response, 'At 05:40.');
  });
  await workspace.graph('failing-answer', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'failing-answer.graft.json');
  const { box, answers } = conversationOf(page);
  await box.fill('When is it lit?');
  await box.press('Enter');
  await expect(answers.getByRole('alert')).toContainText(
    'The kiln model has no room for this prompt.',
  );
  await expectAccessible(page, 'a question that failed');
  failing = false;
  await answers.getByRole('button', { name: 'Retry' }).press('Enter');
  await expect(answers).toContainText('At 05:40.');
  await expect(answers.getByRole('alert')).toHaveCount(0);
  await expect(answers.getByRole('button', { name: 'Retry' })).toBeFocused();
});

test('an answer that breaks off keeps what came, and says that it broke off', async ({
  page,
  workspace,
}) => {
  await using chat = await openChatServer((_request, response) => {
    beginStream(response);
    // On its way before the connection ends.
    response.write('data: {"choices":[{"index":0,"delta":{"content":"The kiln is"}}]}\n\n', () =>
      response.destroy(),
    );
  });
  await workspace.graph('broken-answer', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'broken-answer.graft.json');
  const { box, answers } = conversationOf(page);
  await box.fill('When is it lit?');
  await box.press('Enter');
  await expect(answers.getByRole('alert')).not.toBeEmpty({ timeout: 60_000 });
  await expect(answers).toHaveAttribute('data-status', 'failed');
  await expect(answers).toContainText('The kiln is');
  await expect(answers.getByRole('button', { name: 'Retry' })).toBeVisible();
});

test('two questions that follow quickly are answered each alone, and panel and app show both', async ({
  page,
  workspace,
}) => {
  await using chat = await openChatServer(({ messages }, response) => {
    answerWith(response, `Answer to: ${messages.at(-1)?.content ?? ''}`);
  });
  await workspace.graph('two-questions', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'two-questions.graft.json');
  const { box, turns, answers } = conversationOf(page);
  await box.focus();
  await page.keyboard.press('Enter');
  await expect(turns).toHaveCount(0);
  await page.keyboard.type('When is it lit?');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Who opens the gate?');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(turns).toHaveCount(2);
  await expect(answers.nth(0)).toContainText('Who opens the gate?');
  await expect(answers.nth(1)).toContainText('When is it lit?');
  await expect(answers.nth(0)).not.toContainText('When is it lit?');
  const sent = chat.requests.map(({ messages }) => messages.at(-1)?.content);
  expect(sent).toHaveLength(2);

  await page.getByRole('banner').getByRole('button', { name: 'App', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'two-questions', level: 1 })).toBeVisible();
  await expect(turns).toHaveCount(2);
  await expect(answers.nth(0)).toContainText('Who opens the gate?');
  await expect(page.getByRole('main')).not.toContainText(/Generate|tokens|\{\}/);
  await expectAccessible(page, 'the app of a graph that takes questions');
  await box.fill('What is glaze no. 7?');
  await box.press('Control+Enter');
  await expect(answers.nth(0)).toContainText('What is glaze no. 7?');
  await expect(box).toBeFocused();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessible(page, 'a conversation on a phone');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Show the canvas' }).click();
  await expect(turns).toHaveCount(3);
});

test('what streams into one file does not come into another', async ({ page, workspace }) => {
  const last = gate();
  await using chat = await openChatServer(async (_request, response) => {
    beginStream(response);
    writePiece(response, 'The kiln');
    await last.passed;
    writePiece(response, ' is lit at 05:40.');
    endStream(response, { prompt: 7, completion: 9 });
  });
  await workspace.graph('streams-here', asking(chat.url));
  await workspace.graph('streams-elsewhere', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'streams-here.graft.json');
  const { box, turns, answers } = conversationOf(page);
  await box.fill('When is it lit?');
  await box.press('Enter');
  await expect(answers).toContainText('The kiln');
  const header = page.getByRole('navigation', { name: 'File' });
  await page.getByRole('button', { name: 'streams-elsewhere', exact: true }).click();
  await expect(header).toHaveText('streams-elsewhere');
  await expect(box).toBeVisible();
  await expect(turns).toHaveCount(0);
  last.open();
  await page.getByRole('button', { name: 'streams-here', exact: true }).click();
  await expect(header).toHaveText('streams-here');
  await expect(answers).toHaveAttribute('data-status', 'succeeded');
  await expect(answers).toContainText('The kiln is lit at 05:40.');
  await page.getByRole('button', { name: 'streams-elsewhere', exact: true }).click();
  await expect(header).toHaveText('streams-elsewhere');
  await expect(box).toBeVisible();
  await expect(turns).toHaveCount(0);
});

test('a question of 100,000 characters is asked, and is folded', async ({ page, workspace }) => {
  const long = `${'When is the eastern kiln lit? '.repeat(3_334)}End`;
  await using chat = await openChatServer((_request, response) =>
    answerWith(response, 'At 05:40.'),
  );
  await workspace.graph('long-question', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'long-question.graft.json');
  const { box, turns, answers } = conversationOf(page);
  await box.fill(long);
  await box.press('Enter');
  // The model's room is too small for it, or it is not: either way the screen says which.
  await expect(answers).toHaveAttribute('data-status', /succeeded|failed/);
  await expect(answers).toContainText(/At 05:40\.|tokens/);
  await expect(turns.getByRole('heading', { level: 3 })).not.toContainText('End');
  await turns.getByRole('button', { name: 'Show all' }).click();
  await expect(turns.getByRole('heading', { level: 3 })).toContainText('End');
});

test('one of the saved questions is asked alone and keeps its mark', async ({
  page,
  workspace,
}) => {
  await using chat = await openChatServer((_request, response) => answerWith(response, 'At noon.'));
  await writeFile(
    path.join(workspace.folder, 'marked.jsonl'),
    `${JSON.stringify({ id: 'kiln', question: 'When is it lit?', reference: 'At 05:40.' })}\n`,
  );
  const { nodes, ...graph } = asking(chat.url);
  await workspace.graph('marked-alone', {
    ...graph,
    nodes: { ...nodes, ask: { type: 'questions', params: { paths: ['marked.jsonl'] } } },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'marked-alone.graft.json');
  await bench.run();
  const row = bench.output.locator('[data-row="0"]');
  await expect(row).toContainText('At noon.');
  await row.hover();
  await row.getByRole('button', { name: 'Ask this question alone' }).click();
  const { turns, answers } = conversationOf(page);
  await expect(answers).toHaveAttribute('data-status', 'succeeded');
  await expect(answers.locator('.gk-verdict')).toHaveText('wrong');
  await expect(answers).toContainText('At 05:40.');
  await expect(turns).toHaveCount(1);
});
