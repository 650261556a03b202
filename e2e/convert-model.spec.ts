import path from 'node:path';
import { hubFolder } from '../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../runtime/backends/testing/hub-server.ts';
import {
  randomWeights,
  tinyConfig,
  writeTestCheckpoint,
} from '../runtime/training/testing/index.ts';
import { expectAccessible } from './accessible.ts';
import { alone, openPicker } from './model-picker.ts';
import { expect, test, withModels } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const config = { ...tinyConfig, context: 2048 };
const graph = JSON.stringify({
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

test('safetensors of the hub and of a folder become GGUF on the page, and answer', async ({
  page,
}) => {
  await using served = await hubFolder({});
  await writeTestCheckpoint(path.join(served.path, 'own/tiny'), config, randomWeights(config, 5));
  await using hub = await HubServer.start({ folder: served.path });
  const use = async (url: string, workspace: string): Promise<void> => {
    await giveFile(workspace, 'converted.graft.json', graph);
    await writeTestCheckpoint(path.join(workspace, 'mine'), config, randomWeights(config, 6));
    const bench = new Workbench(page);
    await bench.open(url, 'converted.graft.json');
    const { dialog, field, details, option } = await openPicker(page, bench);
    const chip = page.getByTestId('downloads');
    const announced = page.getByTestId('announcement');

    await test.step('shows the size before and after, and cancels beside the progress', async () => {
      await field.fill('own/tiny');
      const box = details('own/tiny').getByRole('group', { name: 'Convert to GGUF' });
      await expect(box).toContainText(/F16[\d.]+ kB → about [\d.]+ kB/);
      await expect(box.getByRole('radio', { name: 'Q8_0' })).toHaveAccessibleName(
        /[\d.]+ kB → about [\d.]+ kB/,
      );
      await expectAccessible(page, 'a model to convert');
      void hub.gate.stopAfter(100_000, 'hold');
      const chosen = bench.node('model');
      await dialog.getByRole('button', { name: 'Download, convert to GGUF and use' }).click();
      await expect(dialog).toHaveCount(0);
      await expect(chosen).toContainText('tiny-F16');
      await expect(chip).toContainText('tiny-F16');
      await chip.click();
      const models = page.getByRole('dialog', { name: 'Models' });
      await expect(
        models.getByRole('progressbar', { name: 'Conversion to tiny-F16' }),
      ).toBeVisible();
      await models.getByRole('button', { name: 'Cancel conversion' }).click();
      await expect(chip).toHaveCount(0);
      hub.gate.open();
      await page.keyboard.press('Escape');
    });

    await test.step('it is downloaded, converted and chosen, and answers', async () => {
      await page.getByRole('button', { name: 'All models … for Model' }).click();
      await field.fill('own/tiny');
      await dialog.getByRole('button', { name: 'Download, convert to GGUF and use' }).click();
      await expect(announced).toContainText('is converted.');
      await bench.run();
      await bench.reaches('write', 'succeeded');
    });

    await test.step('a folder of this machine is imported first, and then the same', async () => {
      await bench.select('model');
      await page.getByRole('button', { name: 'All models … for Model' }).click();
      await page.getByRole('button', { name: 'Import …' }).click();
      await page.getByLabel('File or folder on the server’s machine').fill('mine');
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await details('mine').getByRole('radio', { name: 'Q8_0' }).check();
      await details('mine').getByRole('button', { name: 'Convert to GGUF and use' }).click();
      await expect(bench.node('model')).toContainText('mine-Q8_0');
      await expect(announced).toContainText('mine (Q8_0) is converted.');
      await page.getByRole('button', { name: 'All models … for Model' }).click();
      await expect(option(/mine \(Q8_0\)/)).toContainText('imported');
      await expect(option(/tiny \(F16\)/)).toBeVisible();
    });
  };
  await withModels({}, use, alone(`${served.path}-home`, hub.url));
});
