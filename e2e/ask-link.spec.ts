import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { expectAccessible } from './accessible.ts';
import { asking, expect, graphText, test } from './small-workspace.ts';

test('a colleague asks by the copied link, and nothing else', async ({
  page,
  context,
  browser,
  workspace,
}) => {
  await using chat = await openChatServer((_request, response) =>
    answerWith(response, 'At 05:40.'),
  );
  const graph: object = JSON.parse(graphText(asking(chat.url)));
  const head = { x: 0, y: -200, width: 240, text: '# Ask the kiln\n\nAnswers about kilns.' };
  const file = path.join(workspace.folder, 'ask-link.graft.json');
  await writeFile(file, JSON.stringify({ ...graph, notes: { head } }));
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const own = new URL(workspace.url);
  own.searchParams.set('graph', 'ask-link.graft.json');
  own.searchParams.set('view', 'app');
  await page.goto(own.href);
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await expect(page.getByTestId('notice')).toContainText('Copied the link.');
  const link = await page.evaluate(() => navigator.clipboard.readText());

  const elsewhere = await browser.newContext();
  try {
    const colleague = await elsewhere.newPage();
    const refusals: string[] = [];
    colleague.on('response', (response) => {
      if (response.status() >= 400) refusals.push(response.url());
    });
    await colleague.goto(link);
    await expect(colleague.getByRole('heading', { level: 1 })).toHaveText('Ask the kiln');
    await expect(colleague.getByText('Answers about kilns.')).toBeVisible();
    await expect(colleague.getByRole('button', { name: 'Show the canvas' })).toHaveCount(0);
    await expect(colleague.getByRole('button', { name: 'Copy the link' })).toHaveCount(0);
    const box = colleague.getByRole('textbox', { name: 'Ask' });
    await box.fill('When is it lit?');
    await box.press('Enter');
    const answer = colleague.getByTestId('answer');
    await expect(answer).toContainText('At 05:40.');
    await expect(answer).toHaveAttribute('data-status', 'succeeded');
    await expectAccessible(colleague, 'the page of an ask link');
    await colleague.reload();
    await expect(answer).toContainText('At 05:40.');
    expect(refusals).toEqual([]);

    // No key leads elsewhere.
    await colleague.getByRole('heading', { level: 1 }).click();
    for (const key of ['Control+k', '?', 'Control+s']) await colleague.keyboard.press(key);
    await expect(colleague.getByRole('dialog')).toHaveCount(0);
    const refused = await elsewhere.request.get(`${link}api/trpc/graphs.list`);
    expect(refused.status()).toBe(403);
    await colleague.goto(link.replace(/.{3}\/$/, 'xxx/'));
    await expect(colleague.getByRole('heading')).toHaveText('This link no longer works');
    await colleague.goto(new URL('/', link).href);
    await expect(colleague.getByRole('heading')).toHaveText('This address lacks its token');
  } finally {
    await elsewhere.close();
  }
});
