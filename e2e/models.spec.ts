import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hubFolder } from '../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../runtime/backends/testing/hub-server.ts';
import { expectAccessible } from './accessible.ts';
import { expect, test, withModels } from './served-workspace.ts';
import { SlowFiles } from './slow-files.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const weights = randomBytes(2_000_000);

/** An entry of the catalogue as an import leaves it. */
function entry(id: string, source: string, changes: object = {}): Record<string, unknown> {
  const digest = createHash('sha256').update(weights).digest('hex');
  return {
    [id]: {
      ...{ id, title: id, kind: 'language-model', format: 'gguf', architecture: 'llama' },
      licence: { id: 'MIT', consent: false },
      ...{ dtype: 'f32', contextLength: 512, parameters: 290_112 },
      files: [{ path: `${id}.gguf`, size: weights.length, digest, sources: [source] }],
      ...changes,
    },
  };
}

const graph = JSON.stringify({
  graft: 1,
  nodes: { model: { type: 'base-model', version: 1, params: {} } },
  edges: [],
  layout: { model: [80, 80] },
});

test('a model is found, downloaded with progress, and chosen in one edit', async ({ page }) => {
  await using files = await SlowFiles.start(weights);
  const models = {
    ...entry('slow-llama', `${files.url}/a`),
    ...entry('sealed-llama', `${files.url}/b`, {
      licence: { id: 'Their own terms', consent: true },
      parameters: 7_000_000_000,
    }),
    ...entry('tiny-embedder', `${files.url}/c`, { kind: 'embedder', dimension: 4 }),
  };
  await withModels(models, async (url, workspace) => {
    const file = await giveFile(workspace, 'chosen.graft.json', graph);
    const bench = new Workbench(page);
    await bench.open(url, 'chosen.graft.json');
    await bench.select('model');
    await page.getByRole('button', { name: 'All models … for Model' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Choose a language model' });
    const option = (name: string) => dialog.getByRole('option', { name: new RegExp(name) });
    const section = (name: string) => dialog.getByRole('group', { name });
    await expect(section('In the catalogue')).toContainText('slow-llama');
    await expect(section('On this computer')).toHaveCount(0);
    await expect(option('sealed-llama')).toContainText('7.0 B');
    await expect(option('tiny-embedder')).toHaveCount(0);
    await expect(option('SmolLM2 135M')).toHaveAttribute('aria-selected', 'true');
    await expect(dialog).toContainText(/Needs about 98.4 MB and its context/);
    await expectAccessible(page, 'choosing a model');

    await test.step('Escape leaves everything as it was', async () => {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      await expect(page.getByRole('button', { name: 'All models … for Model' })).toBeFocused();
      await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
    });

    await test.step('a licence that asks for consent is accepted by name', async () => {
      await page.keyboard.press('Enter');
      await page.keyboard.type('their terms');
      await expect(dialog.getByRole('option')).toHaveCount(1);
      await expect(
        dialog.getByRole('button', { name: 'Accept Their own terms and download (2.0 MB)' }),
      ).toBeVisible();
    });

    await test.step('a download tells how far it is, and goes on where it was cancelled', async () => {
      await dialog.getByRole('combobox').fill('slow');
      await dialog.getByRole('button', { name: 'Download (2.0 MB)' }).click();
      const bar = dialog.getByRole('progressbar', { name: 'Download of slow-llama' });
      await expect(bar).toBeVisible();
      await expect(dialog).toContainText(/downloading [\d.]+ kB of 2.0 MB · [\d.]+ kB\/s, .* left/);
      await dialog.getByRole('button', { name: 'Pause download' }).click();
      await expect(option('slow-llama')).toContainText(/paused at \d+ %/);
      files.hurry();
      await dialog.getByRole('button', { name: /^Continue \(/ }).click();
      await expect(dialog.getByRole('button', { name: 'Use this model' })).toBeVisible();
      await expect(section('On this computer')).toContainText('slow-llama');
      await expect(dialog.getByRole('button', { name: /download/i })).toHaveCount(0);
    });

    await test.step('Enter takes it, and one undo takes it back', async () => {
      await dialog.getByRole('combobox').press('Enter');
      await expect(dialog).toHaveCount(0);
      await expect(bench.node('model')).toContainText('slow-llama');
      await page.keyboard.press('Control+s');
      await expect.poll(() => readFile(file, 'utf8')).toContain('"slow-llama"');
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect(bench.node('model')).toContainText('SmolLM2');
      await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
    });
  });
});

const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
const safetensors = Buffer.concat([
  Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer),
  Buffer.from(header),
  Buffer.alloc(4),
]);

/** A folder with a language model of one weight. */
async function modelFolder(folder: string, tokenizer = '{}'): Promise<string> {
  await mkdir(path.join(folder, '.git'), { recursive: true });
  const files = {
    ...{ 'config.json': '{"model_type":"llama","max_position_embeddings":64}' },
    ...{ 'tokenizer.json': tokenizer, 'tokenizer_config.json': '{}' },
    ...{ 'model.safetensors': safetensors, 'pytorch_model.bin': 'much else', '.git/HEAD': 'x' },
  };
  for (const [name, bytes] of Object.entries(files))
    await writeFile(path.join(folder, name), bytes);
  return folder;
}

test('a model is imported from the server’s machine and from the browser', async ({ page }) => {
  const theirs = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-theirs-')));
  await withModels({}, async (url, workspace) => {
    await giveFile(workspace, 'imports.graft.json', graph);
    const bench = new Workbench(page);
    await bench.open(url, 'imports.graft.json');
    await bench.select('model');
    const ask = page.getByRole('button', { name: 'All models … for Model' });
    await ask.click();
    await page.getByRole('button', { name: 'Import …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import a model' });
    const place = dialog.getByLabel('File or folder on the server’s machine');
    await expect(place).toBeFocused();
    await expectAccessible(page, 'importing a model');

    await test.step('a path that leads nowhere, and one of the workspace', async () => {
      await page.keyboard.type('models/own-llama');
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('alert')).toContainText('there is no file or folder');
      await modelFolder(path.join(workspace, 'models/own-llama'));
      await place.press('Enter');
      const chosen = page.getByRole('option', { name: /own-llama.*imported/ });
      await expect(chosen).toHaveAttribute('aria-selected', 'true');
      await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(bench.node('model')).toContainText('own-llama');
    });

    await test.step('a folder of this computer, of which only the model is sent', async () => {
      await ask.click();
      await page.getByRole('button', { name: 'Import …' }).click();
      const chooser = page.waitForEvent('filechooser');
      await dialog.getByRole('button', { name: 'Choose a folder …' }).click();
      const own = await modelFolder(path.join(theirs, 'own-llama'), '{"other":1}');
      await (await chooser).setFiles(own);
      await expect(dialog.getByRole('alert')).toContainText('Another model has the id "own-llama"');
      await dialog.getByLabel('Name', { exact: true }).fill('their-llama');
      const again = page.waitForEvent('filechooser');
      await dialog.getByRole('button', { name: 'Choose a folder …' }).click();
      await (await again).setFiles(own);
      await expect(page.getByRole('group', { name: 'On this computer' })).toContainText(
        'their-llama',
      );
    });

    await test.step('what only claims to be a model is refused', async () => {
      await page.getByRole('button', { name: 'Import …' }).click();
      const chooser = page.waitForEvent('filechooser');
      await dialog.getByRole('button', { name: 'Choose a GGUF file …' }).click();
      const evil = path.join(theirs, 'evil.gguf');
      await writeFile(evil, 'GGUF, or so it says');
      await (await chooser).setFiles(evil);
      await expect(dialog.getByRole('alert')).toContainText('evil.gguf');
      await dialog.getByRole('button', { name: 'Back to the models' }).click();
      await expect(page.getByRole('option', { name: /evil.*imported/ })).toHaveCount(0);
      expect(await readdir(path.join(workspace, '.graft/scratch'))).toEqual([]);
    });

    await test.step('what is on its way is stopped where the dialog is closed', async () => {
      await page.route('**/api/upload?*', () => undefined);
      await page.getByRole('button', { name: 'Import …' }).click();
      const chooser = page.waitForEvent('filechooser');
      await dialog.getByRole('button', { name: 'Choose a GGUF file …' }).click();
      const sent = page.waitForRequest('**/api/upload?*');
      await (await chooser).setFiles(path.join(theirs, 'evil.gguf'));
      await sent;
      await expect(dialog.getByRole('progressbar')).toBeVisible();
      const stopped = page.waitForEvent('requestfailed', (request) =>
        request.url().includes('/api/upload'),
      );
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      await stopped;
    });
  });
  await rm(theirs, { recursive: true });
});

/** A GGUF file that says what it is and holds no weights. */
function gguf(): Buffer {
  const number = (value: number, bytes: 4 | 8): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUInt32LE(value);
    return buffer;
  };
  const text = (value: string): Buffer =>
    Buffer.concat([number(Buffer.byteLength(value), 8), Buffer.from(value)]);
  return Buffer.concat([
    ...[Buffer.from('GGUF'), number(3, 4), number(0, 8), number(3, 8)],
    ...[text('general.architecture'), number(8, 4), text('llama')],
    ...[text('llama.context_length'), number(4, 4), number(512, 4)],
    // So that it comes in several pieces.
    ...[text('note'), number(8, 4), text('x'.repeat(400_000))],
  ]);
}

test('a graph that names a model which is not here offers the ways to it', async ({ page }) => {
  const model = gguf();
  await using served = await hubFolder({ 'them/lost': { 'lost.gguf': model } });
  await using hub = await HubServer.start({ folder: served.path });
  // Its header comes, and some of it.
  void hub.gate.stopAfter(model.length + 100_000, 'hold');
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveFile(
      workspace,
      'lost.graft.json',
      JSON.stringify({
        graft: 1,
        nodes: { model: { type: 'base-model', version: 1, params: { model: 'lost-llama' } } },
        edges: [],
        lock: {
          models: {
            'lost-llama': {
              digest: '0'.repeat(64),
              size: model.length,
              source: 'hf:them/lost@main/lost.gguf',
            },
          },
        },
        layout: { model: [80, 80] },
      }),
    );
    const bench = new Workbench(page);
    await bench.open(url, 'lost.graft.json');
    const card = bench.node('model');
    const getIt = card.getByRole('button', { name: 'Get it …' });
    const lacking = page.getByRole('dialog', { name: 'What Base model lacks' });
    const ways = lacking.getByRole('group', { name: 'lost-llama is missing' });
    await getIt.click();
    await expect(ways).toContainText('lost-llama is not in the catalogue.');
    await expectAccessible(page, 'the ways to a model that is not here');
    await page.keyboard.press('Escape');
    await expect(getIt).toBeFocused();
    await bench.select('model');
    const inspector = page.getByTestId('inspector');
    const same = inspector.getByRole('group', { name: 'lost-llama is missing' });
    await expect(same.getByRole('button')).toHaveText([
      ...['Download (400 kB)', 'Import …', 'Choose another …'],
    ]);
    await expectAccessible(page, 'a model that is not here');

    await test.step('another is chosen, and undone', async () => {
      await getIt.click();
      await ways.getByRole('button', { name: 'Choose another …' }).click();
      await expect(page.getByRole('dialog', { name: 'Choose a language model' })).toBeVisible();
      await page.keyboard.press('Escape');
      await inspector.getByLabel('Model', { exact: true }).selectOption('SmolLM2-135M-Instruct');
      await expect(card).toContainText('SmolLM2-135M-Instruct');
      await expect(inspector.getByTestId('model-remedies')).toContainText('is not downloaded.');
      await expect(inspector.getByRole('button', { name: 'Download (98.4 MB)' })).toBeVisible();
      await expect(getIt).toHaveCount(0);
      await page.keyboard.press('Control+z');
      await expect(getIt).toBeVisible();
    });

    await test.step('Import asks for the file', async () => {
      await same.getByRole('button', { name: 'Import …' }).click();
      await expect(page.getByRole('dialog', { name: 'Import a model' })).toBeVisible();
      await page.keyboard.press('Escape');
    });

    await test.step('it is fetched from where the lock says', async () => {
      await getIt.click();
      await ways.getByRole('button', { name: 'Download (400 kB)' }).click();
      await expect(ways.getByRole('progressbar')).toBeVisible();
      await expect(same).toContainText(/downloading [\d.]+ kB of 400 kB/);
      hub.gate.open();
      await expect(ways).toHaveCount(0);
      await expect(same).toHaveCount(0);
      await expect(page.getByTestId('drift')).toContainText('lost-llama has changed');
    });
  };
  await withModels({}, use, { HF_ENDPOINT: hub.url });
});

test('refuses an adapter at another base while it is drawn', async ({ page }) => {
  const other = {
    ...{ id: 'other-base', title: 'Other base', kind: 'language-model', format: 'gguf' },
    licence: { id: 'MIT', consent: false },
    ...{ architecture: 'llama', dtype: 'fp16', contextLength: 2048, parameters: 1 },
    files: [{ path: 'model.gguf', digest: '2'.repeat(64), size: 32, sources: ['file:/none.gguf'] }],
  };
  const bases = {
    graft: 1,
    nodes: {
      'base-model': { type: 'base-model', version: 1, params: {} },
      'base-model-2': { type: 'base-model', version: 1, params: { model: 'other-base' } },
      'train-lora': { type: 'train-lora', version: 1, params: {} },
      generate: { type: 'generate', version: 1, params: {} },
    },
    edges: ['base-model.model -> train-lora.model', 'base-model-2.model -> generate.model'],
    layout: {
      ...{ 'base-model': [40, 40], 'base-model-2': [40, 300] },
      ...{ 'train-lora': [290, 40], generate: [540, 200] },
    },
  };
  await withModels({ 'other-base': other }, async (url, workspace) => {
    await giveFile(workspace, 'wrong-base.graft.json', JSON.stringify(bases));
    const bench = new Workbench(page);
    await bench.open(url, 'wrong-base.graft.json');
    await expect(bench.node('generate')).toBeVisible();

    await bench.draw('train-lora.adapter', 'generate.adapters');
    await expect(page.getByTestId('refusal')).toContainText('not trained on "other-base"');
    await page.mouse.up();
    await expect(page.locator('.react-flow__edge')).toHaveCount(2);
  });
});
