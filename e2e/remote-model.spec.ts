import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { browserTest as test, expect, serve } from './served-workspace.ts';
import { Workbench } from './workbench.ts';

const name = 'remote.graft.json';
const secret = 'sk-graft-0123456789-abcdef';

test('a remote model is asked with a secret of which the page knows the name', async ({ page }) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-remote-')));
  const file = path.join(folder, name);
  const chat = await openChatServer((_asked, response) => answerWith(response, 'At ', '05:40.'));
  const nodes = {
    ask: { type: 'questions', version: 1, params: { questions: 'When is the kiln lit?' } },
    prompt: { type: 'prompt', version: 1, params: {} },
    remote: { type: 'remote-model', version: 1, params: { url: chat.url } },
    write: { type: 'generate', version: 1, params: {} },
  };
  const edges = ['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'];
  const layout = { ask: [0, 0], prompt: [280, 0], remote: [280, 200], write: [560, 0] };
  await writeFile(
    file,
    JSON.stringify({
      ...{ graft: 1, nodes, layout },
      edges: [...edges, 'remote.model -> write.model'],
    }),
  );
  const origin = new URL(chat.url).origin;
  const server = await serve(folder, {
    XDG_CONFIG_HOME: path.join(folder, 'none'),
    GRAFT_SECRET_LOCAL: secret,
    GRAFT_ENDPOINTS: `LOCAL@${origin}`,
  });
  try {
    const bench = new Workbench(page);
    await bench.open(server.url, name);
    await bench.select('remote');
    await bench.tab('Parameters');
    await bench.fill('Model', 'kiln-1');
    const key = page.getByLabel('Key', { exact: true });
    await key.fill(secret);
    await expect(page.getByText('this entry was discarded')).toBeVisible();
    await key.fill('OTHER');
    await expect(page.getByTestId('secret-OTHER')).toHaveText('Not set. Open settings');
    await key.fill('LOCAL');
    await expect(page.getByTestId('secret-LOCAL')).toHaveText(`Set, for ${origin}.`);
    await page.keyboard.press('Control+s');
    await expect.poll(() => readFile(file, 'utf8')).toContain('"$secret": "LOCAL"');
    expect(await readFile(file, 'utf8')).not.toContain(secret);

    await bench.run();
    await bench.reaches('write', 'succeeded');
    await bench.select('write');
    await bench.tab('Output');
    await expect(page.getByText('At 05:40.').first()).toBeVisible();
    expect(chat.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`);
    expect(await page.content()).not.toContain(secret);
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await chat[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
});

test('the table of an experiment shows what has ended while a variant is waited for', async ({
  page,
}) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-growing-')));
  let first: unknown;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const chat = await openChatServer(async ({ body }, response) => {
    // Whichever model is asked second waits.
    first ??= body['model'];
    if (body['model'] !== first) await held;
    answerWith(response, 'At ', '05:40.');
  });
  const rows = Array.from({ length: 6 }, (_, at) => ({
    question: `When is kiln ${String(at)} lit?`,
    reference: '05:40',
  }));
  const nodes = {
    ask: { type: 'questions', version: 1, params: { paths: ['asked.jsonl'] } },
    prompt: { type: 'prompt', version: 1, params: {} },
    // As many requests at once as both variants have: what waits takes no turn of the other.
    remote: {
      ...{ type: 'remote-model', version: 1 },
      params: { url: chat.url, model: 'one', concurrency: 12 },
    },
    write: { type: 'generate', version: 1, params: {} },
    score: { type: 'evaluate', version: 1, params: {} },
  };
  const edges = [
    ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
    ...['remote.model -> write.model', 'write.answers -> score.answers'],
  ];
  const layout = { ask: [0, 0], prompt: [280, 0], remote: [280, 200], write: [560, 0] };
  const arms = Object.fromEntries(
    ['one', 'two'].map((model) => [model, { set: { 'remote.model': model } }]),
  );
  const models = { arms, baseline: 'one', metrics: ['score.metrics:accuracy'] };
  await writeFile(
    path.join(folder, 'asked.jsonl'),
    rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
  await writeFile(
    path.join(folder, name),
    JSON.stringify({
      ...{ graft: 1, nodes, edges, experiments: { models } },
      layout: { ...layout, score: [840, 0] },
    }),
  );
  const server = await serve(folder, { XDG_CONFIG_HOME: path.join(folder, 'none') });
  try {
    const bench = new Workbench(page);
    await bench.open(server.url, name);
    await bench.tab('Experiments');
    const panel = page.getByRole('region', { name: 'Experiment models' });
    await panel.getByRole('button', { name: 'Run the experiment' }).click();
    await expect(panel.getByTestId('verdict')).toHaveText(
      /^So far: By accuracy, “(one|two)” has 1\.00\. “(one|two)” has no result\.$/,
    );
    await expect(panel.getByTestId('experiment-table')).toContainText('Not finished yet.');
    release();
    await expect(panel.getByTestId('experiment-status')).toContainText('succeeded');
    await expect(panel.getByTestId('verdict')).toHaveText(
      /^By accuracy, both variants have the same mean \(1\.00\)\./,
    );
  } finally {
    release();
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await chat[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
});
