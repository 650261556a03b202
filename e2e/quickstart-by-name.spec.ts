import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, serializeGraph, setParam } from '@graft/graph';
import type { Locator } from '@playwright/test';
import { hubFolder, smallGguf } from '../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../runtime/backends/testing/hub-server.ts';
import {
  embedderId,
  languageModelFile,
  realModel,
} from '../runtime/backends/testing/real-models.ts';
import { expectAccessible } from './accessible.ts';
import { alone, openPicker } from './model-picker.ts';
import { examples, expect, test, withModels } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const example = 'rag-quickstart.graft.json';
const embedderName = 'hf:own/MiniLM-ONNX';

/** The quickstart with its documents, asking its first question with an embedder of the hub. */
async function giveQuickstart(workspace: string): Promise<void> {
  for (const name of ['handbook', 'handbook-questions.jsonl', 'lib', 'reader'])
    await cp(path.join(examples, name), path.join(workspace, name), { recursive: true });
  const graph = parseGraph(await readFile(path.join(examples, example), 'utf8'));
  const given = setParam(
    setParam(graph, { node: 'questions', param: 'limit' }, 1),
    { node: 'retriever', param: 'set.model' },
    embedderName,
  );
  await giveFile(workspace, example, serializeGraph(given));
}

test('models of the hub are named, looked at, pulled and used in the quickstart, from an empty folder', async ({
  page,
}) => {
  const real = await languageModelFile();
  const embedder = await realModel(embedderId);
  const name = 'own/SmolLM2-135M-Instruct-GGUF';
  await using served = await hubFolder({
    [name]: {
      'SmolLM2-135M-Instruct-Q4_1.gguf': real.path,
      'SmolLM2-135M-Instruct-IQ2_M.gguf': smallGguf(8192),
    },
    'own/MiniLM-ONNX': Object.fromEntries(
      embedder.entry.files.map((file) => [file.path, path.join(embedder.folder, file.path)]),
    ),
  });
  const terms = { [name]: { licence: 'apache-2.0' } };
  await using hub = await HubServer.start({ folder: served.path, terms });
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveQuickstart(workspace);
    const bench = new Workbench(page);
    await bench.open(url, example);
    const chip = page.getByTestId('downloads');
    const inspector = page.getByTestId('inspector');

    await test.step('Run leads to the embedder that is missing, which is downloaded there', async () => {
      await bench.run();
      await page.getByRole('button', { name: 'Show problem' }).click();
      const missing = inspector.getByRole('group', { name: `${embedderName} is missing` });
      await missing.getByRole('button', { name: /^Download/ }).click();
      await expect(missing).toHaveCount(0, { timeout: 60_000 });
      await expect(chip).toHaveCount(0);
    });

    const { dialog, field, details, option } = await openPicker(page, bench, 'base-model');
    const quant = (precision: string): Locator => dialog.getByRole('radio', { name: precision });

    await test.step('typing finds it, and shows what it is before anything is pulled', async () => {
      await expect(dialog.getByRole('group', { name: 'On this computer' })).toHaveCount(0);
      await page.keyboard.type('135m-instruct-gguf');
      await expect(dialog.getByRole('group', { name: 'From the hub' })).toContainText(name);
      await expect(option(/own\//)).toContainText('apache-2.0');
      const found = details(name);
      await expect(found).toContainText('apache-2.0');
      await expect(found).toContainText('8,192 tokens');
      await expect(found.getByText('Q4_1').locator('..')).toContainText(/\d MB\s*fits/);
      await expect(found).toContainText(/Needs about .* and its context/);
      await expect(found).toContainText('You can train a LoRA adapter on it.');
      await expectAccessible(page, 'a repository of the hub');
    });

    await test.step('keys choose the precision, and use it while it comes', async () => {
      // What is on the way first is the header that the picker read.
      void hub.gate.stopAfter(30_000_000, 'hold');
      await field.press('Enter');
      await expect(quant('Q4_1')).toBeFocused();
      await page.keyboard.press('ArrowUp');
      await expect(quant('IQ2_M')).toBeChecked();
      await expect(details(name)).toContainText('LoRA training does not work with IQ2_M');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect(dialog).toHaveCount(0);
      await expect(chip).toContainText(/SmolLM2-135M-Instruct-GGUF:Q4_1 \d+ %/);
      await expect(inspector.getByRole('progressbar', { name: /^Download/ })).toBeVisible();
      await expectAccessible(page, 'a download in the header');
    });

    await test.step('the download is in sight after a reload, pauses and goes on', async () => {
      await page.keyboard.press('Control+s');
      await expect(page.getByTestId('save-state')).toHaveText('saved');
      await page.reload();
      await chip.click();
      const models = page.getByRole('dialog', { name: 'Models' });
      const row = models.getByRole('option', { name: /smollm2.*downloading \d+ %/i });
      await expect(row).toHaveAttribute('aria-selected', 'true');
      await expectAccessible(page, 'downloads');
      await models.getByRole('button', { name: 'Pause download' }).click();
      await expect(models.getByRole('option', { name: /paused at \d+ %/ })).toBeVisible();
      await expect(chip).toHaveCount(0);
      hub.gate.open();
      await models.getByRole('button', { name: /^Continue/ }).click();
      // The chip is absent while it is paused, too.
      await expect(models.getByRole('group', { name: 'On this computer' })).toContainText(
        /smollm2/i,
        { timeout: 60_000 },
      );
      await expect(chip).toHaveCount(0);
      await expect(models.getByRole('button', { name: /download/i })).toHaveCount(0);
    });

    await test.step('it is tried with a prompt', async () => {
      const models = page.getByRole('dialog', { name: 'Models' });
      await models.getByLabel('Try a prompt').fill('Name a colour.');
      await page.keyboard.press('Enter');
      await expect(models.getByTestId('tried-answer')).not.toBeEmpty({ timeout: 90_000 });
      await expect(models).toContainText(/The first words came after (\d+ min )?[\d.]+ m?s/);
      await expectAccessible(page, 'a model that was tried');
      await page.keyboard.press('Escape');
      await expect(models).toHaveCount(0);
    });

    await test.step('the graph runs with it', async () => {
      await expect(bench.node('base-model')).toContainText('SmolLM2-135M-Instruct-GGUF');
      await bench.run();
      await bench.reaches('evaluate', 'succeeded', 120_000);
    });
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});
