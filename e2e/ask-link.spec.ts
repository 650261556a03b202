import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { answerWith, openChatServer, sendJson } from '../runtime/backends/testing/chat-server.ts';
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
    await expect(box).toBeFocused();
    await box.fill('When is it lit?');
    await box.press('Enter');
    const answer = colleague.getByTestId('answer');
    await expect(answer).toContainText('At 05:40.');
    await expect(answer).toHaveAttribute('data-status', 'succeeded');
    await expect(colleague.getByTestId('asked')).toContainText('A language model wrote this.');
    await expectAccessible(colleague, 'the page of an ask link');
    await colleague.reload();
    await expect(answer).toContainText('At 05:40.');
    expect(refusals).toEqual([]);
    await colleague.getByRole('button', { name: 'Clear' }).click();
    await expect(answer).toHaveCount(0);
    await colleague.getByTestId('notice').getByRole('button', { name: 'Undo' }).click();
    await expect(answer).toContainText('At 05:40.');

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

test('a citation of an ask link leads to its passage, which is drawn as Markdown', async ({
  browser,
  page,
  workspace,
}) => {
  await using chat = await openChatServer(({ path: asked, body }, response) => {
    if (!asked.endsWith('/embeddings')) return answerWith(response, 'At 05:40. [1]');
    const texts = [body['input']].flat();
    sendJson(response, { data: texts.map((_, index) => ({ index, embedding: [1, 0] })) });
  });
  const { nodes, edges } = asking(chat.url);
  const { prompt: _prompt, ...others } = nodes;
  const text = '# Eastern kiln\n\n| Day | Lit |\n| --- | --- |\n| Tuesday | 05:40 |\n';
  await mkdir(path.join(workspace.folder, 'asked-kilns'), { recursive: true });
  await writeFile(path.join(workspace.folder, 'asked-kilns', 'eastern.md'), text);
  await workspace.graph('ask-link-cites', {
    nodes: {
      ...others,
      files: { type: 'load-files', params: { paths: ['asked-kilns/*.md'] } },
      chunk: { type: 'chunk', params: { size: 128 } },
      embedder: {
        type: 'remote-embedder',
        params: { url: chat.url, model: 'kiln-2', dimension: 2 },
      },
      embed: { type: 'embed' },
      index: { type: 'index' },
      find: { type: 'retrieve', params: { mode: 'dense' } },
      inject: { type: 'inject-context' },
    },
    edges: [
      ...edges.filter((edge) => !edge.includes('prompt.')),
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
      'embedder.embedder -> embed.trained',
      'embedder.embedder -> find.trained',
      'embed.embeddings -> index.embeddings',
      'index.index -> find.index',
      'ask.questions -> find.questions',
      'find.hits -> inject.hits',
      'inject.prompts -> write.prompts',
    ],
  });
  const own = new URL(workspace.url);
  own.searchParams.set('graph', 'ask-link-cites.graft.json');
  own.searchParams.set('view', 'app');
  const asked = page.waitForResponse((response) => response.url().includes('graphs.askLink'));
  await page.goto(own.href);
  const [link] = /\/ask\/[\w-]+\.[\w-]{22}\//.exec(await (await asked).text()) ?? [];
  await using elsewhere = await browser.newContext();
  const colleague = await elsewhere.newPage();
  await colleague.goto(new URL(link ?? '', workspace.url).href);
  await expect(colleague.getByRole('textbox', { name: 'Ask' })).toBeFocused();
  await colleague.keyboard.type('When is the eastern kiln lit?');
  await colleague.keyboard.press('Enter');
  const answer = colleague.getByTestId('answer');
  await expect(answer).toContainText('At 05:40.');
  const passage = answer.getByRole('group', { name: 'Passage 1' });
  await expect(passage).toBeHidden();
  await answer
    .locator('.gk-citations')
    .getByRole('button', { name: /eastern\.md/ })
    .click();
  await expect(passage).toBeVisible();
  await expect(passage).toBeFocused();
  await expect(passage).toBeInViewport();
  await expect(passage.getByRole('cell', { name: '05:40' })).toBeVisible();
  await expect(passage).not.toContainText('| ---');
});
