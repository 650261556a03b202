import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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
    await page.getByRole('button', { name: 'Choose Model' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Choose a language model' });
    const option = (name: string) => dialog.getByRole('option', { name: new RegExp(name) });
    await expect(option('slow-llama')).toContainText('not downloaded');
    await expect(option('sealed-llama')).toContainText('7.0 B');
    await expect(option('tiny-embedder')).toHaveCount(0);
    await expect(option('SmolLM2')).toHaveAttribute('aria-selected', 'true');
    await expect(dialog).toContainText(/Takes about 98.4 MB and its context/);
    await expectAccessible(page, 'choosing a model');

    await test.step('Escape leaves everything as it was', async () => {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      await expect(page.getByRole('button', { name: 'Choose Model' })).toBeFocused();
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
      await dialog.getByRole('button', { name: 'Cancel download' }).click();
      await expect(option('slow-llama')).toContainText('not downloaded');
      files.hurry();
      await dialog.getByRole('button', { name: 'Download (2.0 MB)' }).click();
      await expect(option('slow-llama')).toContainText('here');
      await expect(dialog.getByRole('button', { name: /Download/ })).toHaveCount(0);
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
