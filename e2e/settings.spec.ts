import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { expectAccessible } from './accessible.ts';
import { browserTest as test, expect, serve } from './served-workspace.ts';
import { asking, graphText } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const secret = 'sk-graft-0123456789-"quoted"#';

interface Place {
  readonly url: string;
  readonly folder: string;
  /** The operator's file. */
  readonly file: string;
}

/** Serves a workspace whose settings, models and results are its own. */
async function withSettings(
  graphs: Readonly<Record<string, string>>,
  use: (place: Place) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-settings-')));
  const folder = path.join(root, 'workspace');
  await mkdir(folder);
  for (const [name, text] of Object.entries(graphs)) await writeFile(path.join(folder, name), text);
  const server = await serve(
    folder,
    { XDG_CONFIG_HOME: path.join(root, 'config'), GRAFT_MODELS: path.join(root, 'models') },
    ['--port', '0', ...args],
  );
  try {
    await use({ url: server.url, folder, file: path.join(root, 'config/graft/settings.env') });
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(root, { recursive: true, force: true });
  }
}

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Settings' });

/** The address of a chat server that wants a key, on this machine. */
const remote = (url: string, key?: string): string => {
  const { nodes, edges, layout } = asking(url);
  const params = {
    url,
    model: 'kiln-1',
    ...(key === undefined ? {} : { key: { $secret: key } }),
  };
  return graphText({
    nodes: { ...nodes, remote: { type: 'remote-model', params } },
    edges,
    layout,
  });
};

test('a key that is entered on the page is used by a remote model at once', async ({ page }) => {
  await using chat = await openChatServer((_asked, response) =>
    answerWith(response, 'At ', '05:40.'),
  );
  const { origin } = new URL(chat.url);
  await withSettings({ 'keyed.graft.json': remote(chat.url, 'KILN') }, async ({ url, file }) => {
    const bench = new Workbench(page);
    const dialog = dialogOf(page);
    await bench.open(url, 'keyed.graft.json');
    await bench.select('remote');
    await bench.tab('Parameters');

    await test.step('the node leads to the settings, with the name and without an address', async () => {
      await page.getByTestId('secret-KILN').getByRole('button', { name: 'Open settings' }).click();
      const form = dialog.getByRole('form', { name: 'Add a key' });
      await expect(form.getByLabel('Name', { exact: true })).toHaveValue('KILN');
      await expect(form.getByLabel('Server that may receive it')).toHaveValue('');
      await form.getByLabel('Key', { exact: true }).fill(secret);
      await form.getByLabel('Server that may receive it').fill(chat.url);
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('list', { name: 'Keys' })).toContainText(`KILNfor ${origin}`);
      await expect(form.getByLabel('Key', { exact: true })).toHaveValue('');
    });
    await test.step('it is in the file, for its owner alone, and not on the page', async () => {
      expect(await readFile(file, 'utf8')).toBe(
        `GRAFT_SECRET_KILN='${secret}'\nGRAFT_ENDPOINTS=KILN@${origin}\n`,
      );
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await page.content()).not.toContain(secret);
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
    });
    await test.step('the node says so, and the run sends it', async () => {
      await expect(page.getByTestId('secret-KILN')).toHaveText(`Set, for ${origin}.`);
      await bench.run();
      await bench.reaches('write', 'succeeded');
      expect(chat.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`);
    });
    await test.step('it is removed after a question', async () => {
      await page.keyboard.press('Control+,');
      await dialog.getByRole('button', { name: 'Remove KILN' }).click();
      await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
      await page.keyboard.press('Enter');
      await dialog.getByRole('button', { name: 'Remove KILN' }).click();
      await dialog.getByRole('button', { name: 'Remove key' }).click();
      await expect(dialog.getByText('No key is set.')).toBeVisible();
      expect(await readFile(file, 'utf8')).toBe('');
    });
  });
});

test('the whole page by keyboard: servers, prices, the hub, devices, models and the disk', async ({
  page,
}) => {
  const chunking = graphText({
    nodes: {
      ask: { type: 'questions', params: { questions: 'When?' } },
      prompt: { type: 'prompt' },
    },
    edges: ['ask.questions -> prompt.questions'],
    layout: { ask: [0, 0], prompt: [280, 0] },
  });
  await withSettings({ 'plain-settings.graft.json': chunking }, async ({ url, file }) => {
    const bench = new Workbench(page);
    const dialog = dialogOf(page);
    await bench.open(url, 'plain-settings.graft.json');
    await bench.run();
    await bench.reaches('prompt', 'succeeded');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('api key');
    await expect(page.getByRole('option').first()).toHaveText(/^Settings/);
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('tab', { name: 'Keys and servers' })).toBeFocused();

    await test.step('keys and servers', async () => {
      const allow = dialog.getByRole('form', { name: 'Allow a server' });
      await allow.getByLabel('Address of a server').fill('not an address');
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('alert')).toContainText(
        'Write the address of a server as https',
      );
      await allow.getByLabel('Address of a server').fill('http://10.0.0.5:8000/v1');
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('list', { name: 'Servers without a key' })).toContainText(
        'http://10.0.0.5:8000',
      );
      const hub = dialog.getByRole('form', { name: 'Token of the model hub' });
      await hub.getByLabel('Token').fill('hf_0123456789');
      await page.keyboard.press('Enter');
      await expect(dialog.getByText('A token is set.')).toBeVisible();
      const price = dialog.getByRole('form', { name: 'Set a price' });
      await price.getByLabel('Model').fill('gpt-5-mini');
      await price.getByLabel('Server').fill('https://api.openai.com/v1');
      await price.getByLabel('$ read').fill('0.25');
      await price.getByLabel('$ written').fill('2');
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('list', { name: 'Prices' })).toContainText(
        '$0.25 read, $2 written',
      );
      expect(await readFile(file, 'utf8')).toBe(
        'GRAFT_ENDPOINTS=http://10.0.0.5:8000\nHF_TOKEN=hf_0123456789\nGRAFT_PRICES=gpt-5-mini@https://api.openai.com=0.25/2\n',
      );
      await expectAccessible(page, 'settings, keys');
    });
    await test.step('devices', async () => {
      await dialog.getByRole('tab', { name: 'Keys and servers' }).focus();
      await page.keyboard.press('ArrowRight');
      const checks = dialog.getByRole('list', { name: 'Checks' });
      await expect(checks).toContainText('Training in plain JavaScript (TensorFlow.js)', {
        timeout: 60_000,
      });
      await dialog.getByRole('combobox', { name: 'Device' }).selectOption('tensorflow');
      await expect(dialog.getByText('Runs compute on tensorflow.')).toBeVisible();
      expect(await readFile(file, 'utf8')).toContain('GRAFT_DEVICE=tensorflow\n');
      await expectAccessible(page, 'settings, devices');
    });
    await test.step('models', async () => {
      await dialog.getByRole('tab', { name: 'Models' }).click();
      await expect(dialog.getByText('No model is downloaded.')).toBeVisible();
      await expectAccessible(page, 'settings, models');
      await dialog.getByRole('button', { name: 'Browse models …' }).click();
      await expect(page.getByRole('dialog', { name: 'Models' })).toBeVisible();
      await page.keyboard.press('Escape');
    });
    await test.step('the disk', async () => {
      await page.getByRole('banner').getByRole('button', { name: 'Settings' }).click();
      await dialog.getByRole('tab', { name: 'Disk' }).click();
      await expect(dialog.getByText('There is nothing to free.')).toBeVisible();
      await dialog.getByRole('combobox', { name: 'Keep' }).selectOption('0');
      await expect(dialog.getByText(/^Frees .*: .*2 results/)).toBeVisible();
      await expectAccessible(page, 'settings, disk');
      await dialog.getByRole('button', { name: 'Clean up …' }).click();
      await dialog
        .getByRole('alertdialog')
        .getByRole('button', { name: /^Free / })
        .click();
      await expect(dialog.getByText(/^Freed .*: .*2 results/)).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
    });
  });
});

test('who came without a token sees the settings, and the lines that change them', async ({
  page,
}) => {
  await withSettings(
    {},
    async ({ url, file }) => {
      await page.goto(url);
      await page.getByRole('banner').getByRole('button', { name: 'Settings' }).click();
      const dialog = dialogOf(page);
      await expect(dialog.getByText('Graft was started without a token')).toBeVisible();
      await expect(dialog.getByRole('button', { name: /Save|Allow|Set price/ })).toHaveCount(0);
      await dialog.getByLabel('Name', { exact: true }).fill('OPENAI');
      await dialog.getByLabel('Server that may receive it').fill('https://api.openai.com');
      await expect(
        dialog.getByText('GRAFT_ENDPOINTS="OPENAI@https://api.openai.com"'),
      ).toBeVisible();
      // Nor does the server take what its page does not offer.
      const answer = await page.request.post(new URL('api/trpc/settings.allow', url).href, {
        data: { address: 'https://evil.example' },
      });
      expect(answer.status()).toBe(503);
      await expect(stat(file)).rejects.toThrow('ENOENT');
    },
    ['--no-token'],
  );
});
