import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseHubReference, shortModelName } from '@graft/graph';
import { selectedModels } from '../runtime/backends/catalogue/selected-models.ts';
import {
  hubFolder,
  smallGguf,
  type HubFolderFiles,
} from '../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../runtime/backends/testing/hub-server.ts';
import { expectAccessible } from './accessible.ts';
import { expect, test, withModels } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

/** Every language model of the selection in small: which one suits depends on the machine. */
function smallModels(): Record<string, HubFolderFiles> {
  const files = selectedModels.flatMap(({ id, kind }) => {
    const reference = parseHubReference(id);
    if (kind !== 'language-model' || reference === undefined) return [];
    const { repo, quant = '' } = reference;
    return [[repo, { [`small-${quant}.gguf`]: smallGguf(4 << 20) }] as const];
  });
  return Object.fromEntries(files);
}

test('the first start offers a model that suits this computer, and takes no for an answer', async ({
  page,
}) => {
  await using served = await hubFolder(smallModels());
  await using hub = await HubServer.start({ folder: served.path });
  const use = async (url: string, workspace: string): Promise<void> => {
    const bench = new Workbench(page);
    await bench.open(url);
    const begin = page.getByRole('region', { name: 'How to begin' });
    const offer = begin.getByRole('region', { name: 'A model that suits this computer' });
    await expect(offer).toContainText(/This computer suits .+ \(4\.2 MB, [\w.-]+\)\./);
    await expect(offer).toContainText(/GB of .*\.$|GB of .+: .+\./);
    await expectAccessible(page, 'the offer of a model');

    await test.step('no is remembered', async () => {
      await offer.getByRole('button', { name: 'Not now' }).click();
      await expect(offer).toHaveCount(0);
      const kept = path.join(workspace, '../preferred.json');
      await expect.poll(() => readFile(kept, 'utf8').catch(() => '')).toContain('null');
      const again = page.waitForResponse(/models\.suggested/);
      await page.reload();
      expect(await (await again).text()).toContain('null');
      await expect(begin).toBeVisible();
      await expect(offer).toHaveCount(0);
    });
  };
  await withModels({}, use, { HF_ENDPOINT: hub.url });
});

test('a model that was taken is downloaded, and new nodes begin with it', async ({ page }) => {
  await using served = await hubFolder(smallModels());
  await using hub = await HubServer.start({ folder: served.path });
  // Its header comes, and some of it.
  void hub.gate.stopAfter((1 << 20) + 1_000_000, 'hold');
  const use = async (url: string, workspace: string): Promise<void> => {
    const bench = new Workbench(page);
    await bench.open(url);
    const offer = page.getByRole('region', { name: 'A model that suits this computer' });
    await offer.getByRole('button', { name: 'Download and use' }).click();
    await expect(offer).toContainText(/begin with .+ once it is here\./);
    await expect(offer.getByRole('progressbar')).toBeVisible();
    await expectAccessible(page, 'a model on its way');
    hub.gate.open();
    await expect(offer).toContainText(/begin with [^.]+\.?[^.]*\./);
    await expect(offer.getByRole('progressbar')).toHaveCount(0);
    await offer.getByRole('button', { name: 'Close' }).click();
    await expect(offer).toHaveCount(0);
    const kept = path.join(workspace, '../preferred.json');
    const preferred = async (): Promise<string | undefined> =>
      /"(hf:[^"]+)"/.exec(await readFile(kept, 'utf8').catch(() => ''))?.[1];
    await expect.poll(preferred).toBeDefined();
    const taken = (await preferred()) ?? '';

    await test.step('an example keeps its model', async () => {
      await page.getByRole('button', { name: 'Copy rag-quickstart here' }).click();
      await expect(bench.node('retriever')).toBeVisible();
      const file = path.join(workspace, 'rag-quickstart.graft.json');
      expect(await readFile(file, 'utf8')).not.toContain(taken);
    });

    await test.step('a new node begins with it', async () => {
      await bench.newGraph('begun');
      await bench.drag('Base model', 40, 40);
      await expect(bench.node('base-model')).toContainText(shortModelName(taken));
      await page.keyboard.press('Control+s');
      const file = path.join(workspace, 'begun.graft.json');
      await expect.poll(() => readFile(file, 'utf8')).toContain(`"model": "${taken}"`);
    });
  };
  await withModels({}, use, { HF_ENDPOINT: hub.url });
});

test('without a hub nothing is offered', async ({ page }) => {
  await withModels({}, async (url) => {
    const asked = page.waitForResponse(/models\.suggested/);
    await new Workbench(page).open(url);
    expect(await (await asked).text()).toContain('null');
    await expect(page.getByRole('region', { name: 'How to begin' })).toBeVisible();
    await expect(page.getByText('This computer suits')).toHaveCount(0);
  });
});

test('the field of a model lists what suits this computer with its size, and leads to its download', async ({
  page,
}) => {
  await withModels({}, async (url, workspace) => {
    const node = { type: 'base-model', version: 1, params: {} };
    await giveFile(
      workspace,
      'listed.graft.json',
      JSON.stringify({ graft: 1, nodes: { model: node }, edges: [], layout: { model: [80, 80] } }),
    );
    const bench = new Workbench(page);
    await bench.open(url, 'listed.graft.json');
    await bench.select('model');
    const field = page.getByLabel('Model', { exact: true });
    const before = await field.inputValue();
    const suitable = field.locator('optgroup[label="Recommended, to download"] > option');
    await expect(suitable.first()).toHaveText(/^\S.* · [\d.]+ [MG]B$/);
    // Beside them only what is here, and what is chosen.
    await expect(field.locator('> option')).toHaveCount(1);
    await expect(page.getByRole('button', { name: 'All models … for Model' })).toBeVisible();
    await expectAccessible(page, 'the models that suit this computer');
    const text = (await suitable.last().textContent()) ?? '';
    await field.selectOption({ label: text });
    const picker = page.getByRole('dialog', { name: 'Choose a language model' });
    const [title = ''] = text.split(' · ');
    await expect(picker.getByRole('option', { selected: true })).toContainText(title);
    await expect(picker.getByRole('button', { name: /download and use/i })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(picker).toHaveCount(0);
    await expect(field).toHaveValue(before);
    await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  });
});
