import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { hubFolder, smallEmbedder, smallGguf } from '../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../runtime/backends/testing/hub-server.ts';
import { expectAccessible } from './accessible.ts';
import { alone, openPicker } from './model-picker.ts';
import { expect, test, withModels } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const answering = JSON.stringify({
  graft: 1,
  nodes: {
    ask: { type: 'questions', version: 1, params: { questions: 'What is two and two?' } },
    prompt: { type: 'prompt', version: 1, params: {} },
    model: { type: 'base-model', version: 1, params: { model: 'none-yet' } },
    write: { type: 'generate', version: 1, params: { maxTokens: 4 } },
  },
  edges: [
    'ask.questions -> prompt.questions',
    'prompt.prompts -> write.prompts',
    'model.model -> write.model',
  ],
  layout: { ask: [0, 0], prompt: [260, 0], model: [260, 200], write: [520, 0] },
});

const small = {
  'own/small-GGUF': { 'small-Q8_0.gguf': smallGguf(4 << 20), 'small-F16.gguf': smallGguf(8 << 20) },
  'own/smaller-GGUF': { 'smaller-Q8_0.gguf': smallGguf(4096, 2) },
  'own/closed-GGUF': { 'closed-Q8_0.gguf': smallGguf(4096, 3) },
  'own/embedder': smallEmbedder,
};
const smallTerms = {
  'own/small-GGUF': { gguf: { architecture: 'mamba', context_length: 64, total: 1024 } },
  'own/closed-GGUF': { licence: 'theirs', gated: true },
};

test('a full name, a pasted address and a closed repository stand first and say what to do', async ({
  page,
}) => {
  await using served = await hubFolder(small);
  await using hub = await HubServer.start({ folder: served.path, terms: smallTerms });
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveFile(workspace, 'named.graft.json', answering);
    const bench = new Workbench(page);
    await bench.open(url, 'named.graft.json');
    const { dialog, field, details, option } = await openPicker(page, bench);
    const first = dialog.getByRole('option').first();

    await field.fill('own/small-GGUF:F16');
    await expect(first).toContainText('own/small-GGUF:F16');
    await expect(first).toHaveAttribute('aria-selected', 'true');
    await expect(dialog.getByRole('radio', { name: 'F16' })).toBeChecked();
    await expect(details('own/small-GGUF')).toContainText(
      'Graft cannot train the architecture mamba',
    );

    await field.fill('https://huggingface.co/own/small-GGUF/blob/main/small-Q8_0.gguf');
    await expect(first).toContainText('own/small-GGUF/small-Q8_0.gguf');
    await expect(dialog.getByRole('radio', { name: 'Q8_0' })).toBeChecked();

    await field.fill('hf:own/absent');
    await expect(details('hf:own/absent')).toContainText('has no repository own/absent');
    await field.fill('own/small-GGUF:Q2_K');
    await expect(details('own/small-GGUF')).toContainText('has no model "Q2_K". It has');

    await field.fill('own/embedder');
    await expect(details('own/embedder')).toContainText('This is an embedder, which does not fit');
    await expect(dialog.getByRole('button', { name: /use/ })).toHaveCount(0);

    await field.fill('closed');
    await expect(option(/closed-GGUF/)).toContainText('licence to accept first');
    const closed = details('own/closed-GGUF');
    await expect(closed.getByRole('link', { name: 'Accept it on its page' })).toHaveAttribute(
      'href',
      `${hub.url}/own/closed-GGUF`,
    );
    await expect(closed).toContainText('enter a token of your account');
    await expect(closed.getByRole('button')).toHaveText(['Open settings']);
    await expectAccessible(page, 'a closed repository');
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});

test('results come without moving anything, and only those of what is typed last', async ({
  page,
}) => {
  await using served = await hubFolder(small);
  await using hub = await HubServer.start({ folder: served.path, terms: smallTerms });
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveFile(workspace, 'typed.graft.json', answering);
    const bench = new Workbench(page);
    await bench.open(url, 'typed.graft.json');
    const { dialog, field, option } = await openPicker(page, bench);
    const list = dialog.getByRole('listbox', { name: 'Models' });
    const boxes = (): Promise<unknown> =>
      Promise.all([dialog.boundingBox(), field.boundingBox(), list.locator('..').boundingBox()]);

    // The first search waits for ever, until its connection is closed.
    let gone = (): void => undefined;
    const isGone = new Promise<void>((resolve) => (gone = resolve));
    const waits = new Promise<void>((resolve) =>
      hub.fail({
        ...{ host: 'hub', on: /search=small&/, times: 1 },
        answer: (_response, request) => {
          request.socket.on('close', gone);
          resolve();
        },
      }),
    );
    await field.fill('small');
    await waits;
    await expect(dialog).toContainText('Searching the hub …');
    const before = await boxes();
    await field.fill('smaller');
    await isGone;
    await expect(option(/own\/smaller-GGUF/)).toBeVisible();
    await expect(option(/own\/small-GGUF/)).toHaveCount(0);
    expect(await boxes()).toEqual(before);
    await field.fill('small-');
    await expect(option(/own\/small-GGUF/)).toBeVisible();
    expect(await boxes()).toEqual(before);

    await field.fill('nothing like it');
    // In the empty space of the list, in its size.
    const nothing = dialog.getByText('Nothing matches “nothing like it”');
    await expect(nothing).toContainText('Check the spelling, try fewer words');
    await expect(nothing).toHaveCSS('font-size', '13px');
    expect((await nothing.boundingBox())?.y).toBeLessThan(300);
    await expectAccessible(page, 'a search that finds nothing');
    expect(await boxes()).toEqual(before);
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});

test('a download that failed or is paused is deleted', async ({ page }) => {
  await using served = await hubFolder(small);
  await using hub = await HubServer.start({ folder: served.path, terms: smallTerms });
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveFile(workspace, 'deleted.graft.json', answering);
    const bench = new Workbench(page);
    await bench.open(url, 'deleted.graft.json');
    const { dialog, field, option } = await openPicker(page, bench);
    const chip = page.getByTestId('downloads');
    const deletes = dialog.getByRole('button', { name: 'Delete download' });
    hub.fail({
      ...{ host: 'cdn', on: /own\/smaller-GGUF/ },
      answer: (response) => response.writeHead(403).end(),
    });
    await field.fill('own/smaller-GGUF:Q8_0');
    await dialog.getByRole('button', { name: /^Download \(/ }).click();
    await expect(chip).toHaveText('smaller-GGUF:Q8_0 failed');
    await deletes.click();
    await expect(chip).toHaveCount(0);
    await expect(field).toBeFocused();
    await expect(deletes).toHaveCount(0);

    // Its header comes, and some of it.
    void hub.gate.stopAfter((1 << 20) + (2 << 20), 'hold');
    await field.fill('own/small-GGUF:F16');
    await dialog.getByRole('button', { name: /^Download \(/ }).click();
    await expect(chip).toContainText(/small-GGUF:F16 \d+ %/);
    await dialog.getByRole('button', { name: 'Pause download' }).click();
    await expect(option(/paused at \d+ %/)).toBeVisible();
    await expectAccessible(page, 'a download that is paused');
    await deletes.click();
    await expect(option(/paused/)).toHaveCount(0);
    await expect(dialog.getByRole('button', { name: /^Download \(/ })).toBeVisible();
    hub.gate.open();
    const parts = path.join(workspace, '../partial');
    expect(await readdir(parts)).toEqual([]);
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});

test('a run waits for a model that is being downloaded, unless the person does not want to', async ({
  page,
}) => {
  await using served = await hubFolder(small);
  await using hub = await HubServer.start({ folder: served.path, terms: smallTerms });
  const use = async (url: string, workspace: string): Promise<void> => {
    const model = { type: 'base-model', version: 1, params: { model: 'none-yet' } };
    const graph = { graft: 1, nodes: { model }, edges: [], layout: { model: [80, 80] } };
    await giveFile(workspace, 'waiting.graft.json', JSON.stringify(graph));
    const bench = new Workbench(page);
    await bench.open(url, 'waiting.graft.json');
    const { dialog, field } = await openPicker(page, bench);
    // Its header comes, and some of it.
    void hub.gate.stopAfter((1 << 20) + (2 << 20), 'hold');
    await field.fill('own/small-GGUF:F16');
    await dialog.getByRole('button', { name: /^Download and use/ }).click();
    await expect(dialog).toHaveCount(0);
    const notice = page.getByTestId('notice').filter({ hasText: 'The run starts after that.' });
    await bench.run();
    await expect(notice).toContainText('hf:own/small-GGUF:F16 is being downloaded.');
    await notice.getByRole('button', { name: 'Do not wait' }).click();
    await expect(notice).toHaveCount(0);
    await bench.run();
    await expect(notice).toBeVisible();
    await expect(page.getByTestId('run-status')).toHaveCount(0);
    hub.gate.open();
    await bench.reaches('model', 'succeeded');
    await expect(notice).toHaveCount(0);
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});

test('a failed download says why and is tried again; without a hub the rest is still offered', async ({
  page,
}) => {
  await using served = await hubFolder(small);
  await using hub = await HubServer.start({ folder: served.path, terms: smallTerms });
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveFile(workspace, 'failed.graft.json', answering);
    const bench = new Workbench(page);
    await bench.open(url, 'failed.graft.json');
    const { dialog, field, option } = await openPicker(page, bench);
    await field.fill('own/smaller-GGUF');
    await dialog.getByRole('radio', { name: 'Q8_0' }).waitFor();
    const fault = {
      ...{ host: 'cdn' as const, on: /own\/smaller-GGUF/ },
      answer: (response: { writeHead(status: number): { end(): void } }) =>
        response.writeHead(403).end(),
    };
    hub.fail(fault);
    await dialog.getByRole('button', { name: /^Download \(/ }).click();
    await expect(dialog.getByRole('alert')).toContainText('403');
    const chip = page.getByTestId('downloads');
    await expect(chip).toHaveText('smaller-GGUF:Q8_0 failed');
    hub.faults.length = 0;
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await expect(dialog.getByRole('button', { name: 'Use this model' })).toBeEnabled();
    await expect(chip).toHaveCount(0);

    await hub[Symbol.asyncDispose]();
    await field.fill('small');
    await expect(dialog).toContainText('running servers work without it.');
    await expect(dialog).toContainText('Graft cannot reach the hub');
    await expect(dialog.getByRole('button', { name: 'Search again' })).toBeVisible();
    await expect(option(/SmolLM2 135M/)).toHaveCount(0);
    await field.fill('smollm2:135m');
    await expect(option(/SmolLM2 135M/)).toBeVisible();
    await expectAccessible(page, 'a hub that is away');
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});

test('a running server is tested, and answers in the place of the base model', async ({ page }) => {
  let hang = (_gone: AbortSignal): void => undefined;
  const hanging = new Promise<AbortSignal>((resolve) => (hang = resolve));
  await using chat = await openChatServer(({ path: asked, messages, gone }, response) => {
    if (asked === '/v1/models')
      return void response.end(JSON.stringify({ data: [{ id: 'kiln-1' }, { id: 'kiln-2' }] }));
    if (!JSON.stringify(messages).includes('Never answered'))
      return answerWith(response, 'At 05:40.');
    hang(gone);
  });
  await withModels({}, async (url, workspace) => {
    await giveFile(workspace, 'server.graft.json', answering);
    const bench = new Workbench(page);
    await bench.open(url, 'server.graft.json');
    const { dialog, field, details } = await openPicker(page, bench);
    await field.fill('another server');
    await expect(dialog.getByRole('group', { name: 'Running servers' })).toContainText('Another');
    await field.press('Enter');
    const other = details('Another server');
    const address = other.getByLabel('Address');
    await address.fill('http://127.0.0.1:1/v1');
    await address.press('Enter');
    await expect(other.getByRole('status')).toContainText('Nothing answers at');
    await address.fill(chat.url);
    await address.press('Enter');
    await expect(other.getByRole('status')).toHaveText('The server answers and has 2 models.');
    await expectAccessible(page, 'a running server');
    await other.getByRole('radio', { name: 'kiln-2' }).check();
    const prompt = other.getByLabel('Try a prompt');
    await prompt.fill('When is the kiln lit?');
    await prompt.press('Enter');
    await expect(other.getByTestId('tried-answer')).toHaveText('At 05:40.');
    await expect(other.getByRole('button', { name: 'Try' })).toBeEnabled();
    await prompt.fill('Never answered');
    await prompt.press('Enter');
    const gone = await hanging;
    await other.getByRole('button', { name: 'Cancel' }).click();
    await expect(other.getByText('Cancelled.')).toBeVisible();
    await expect.poll(() => gone.aborted).toBe(true);
    await other.getByRole('radio', { name: 'kiln-2' }).focus();
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(bench.node('model')).toContainText('kiln-2');
    await bench.run();
    await bench.reaches('write', 'succeeded');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(bench.node('model')).toContainText('none-yet');
  });
});
