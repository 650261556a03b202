import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { hubFolder, type HubFolderFiles } from '../../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../../runtime/backends/testing/hub-server.ts';
import {
  embedderId,
  languageModelId,
  realModel,
} from '../../runtime/backends/testing/real-models.ts';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';
import { Quickstart } from './testing/quickstart.ts';

/** The server starts only where the page is built. */
const page = path.resolve(import.meta.dirname, '../web/out');
const language = 'hf:o/small-GGUF:Q4_1';
const embedder = 'hf:o/mini-ONNX';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A hub with the real small models, and the environment that leads to it and to an empty models folder. */
async function realHub(): Promise<{ hub: HubServer; env: Record<string, string> }> {
  const filesOf = async (id: string): Promise<HubFolderFiles> => {
    const { entry, folder } = await realModel(id);
    return Object.fromEntries(entry.files.map(({ path: name }) => [name, path.join(folder, name)]));
  };
  const served = await hubFolder({
    'o/small-GGUF': await filesOf(languageModelId),
    'o/mini-ONNX': await filesOf(embedderId),
  });
  const hub = await HubServer.start({ folder: served.path });
  const models = await temporaryFolder();
  cleanUp.push(
    async () => served[Symbol.asyncDispose](),
    () => hub[Symbol.asyncDispose](),
    () => rm(models, { recursive: true, force: true }),
  );
  const env = { HF_ENDPOINT: hub.url, GRAFT_MODELS: models, HF_TOKEN: '', HF_HOME: models };
  return { hub, env };
}

it('the quickstart answers with models that were pulled by name', async () => {
  const { env } = await realHub();
  for (const [name, value] of Object.entries(env)) {
    const before = process.env[name];
    process.env[name] = value;
    cleanUp.push(async () => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
  for (const name of [language, embedder]) {
    expect(await graft(['models', 'pull', name])).toMatchObject({ code: 0 });
  }
  await using quickstart = await Quickstart.open(3);
  const named = [`base-model.model=${language}`, `retriever.set.model=${embedder}`];
  expect((await quickstart.rightWith(...named)).length).toBeGreaterThanOrEqual(2);
});

it.skipIf(!existsSync(page))(
  'a download of the server goes on after kill -9 at 30 % and a network that was cut at 60 %',
  async () => {
    const { hub, env } = await realHub();
    const folder = await temporaryFolder();
    cleanUp.push(() => rm(folder, { recursive: true, force: true }));
    const serve = async (): Promise<{ child: ChildProcess; url: string }> => {
      const args = ['serve', folder, '--port', '0', '--no-token'];
      const child = spawn(process.execPath, [graftEntry, ...args], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      cleanUp.push(async () => child.kill('SIGKILL'));
      const [first]: unknown[] = await once(child.stdout, 'data');
      return { child, url: `http://127.0.0.1:${/:(\d+)\//.exec(String(first))?.[1] ?? ''}` };
    };
    const downloads = async (url: string): Promise<unknown> =>
      (await fetch(`${url}/api/trpc/models.downloads`)).json();
    const size = 98_362_432;
    const held = hub.gate.stopAfter(size * 0.3, 'hold');
    const killed = await serve();
    const asked = await fetch(`${killed.url}/api/trpc/models.download`, {
      ...{ method: 'POST', body: JSON.stringify({ id: language }) },
      headers: { 'content-type': 'application/json' },
    });
    expect(asked.status).toBe(200);
    await held;
    await expect
      .poll(() => downloads(killed.url))
      .toMatchObject({
        result: { data: [{ model: language, progress: { total: size } }] },
      });
    const gone = once(killed.child, 'exit');
    killed.child.kill('SIGKILL');
    await gone;
    hub.requests.length = 0;
    const cut = hub.gate.stopAfter(size * 0.3, 'cut').then(() => hub.gate.open());
    const { url } = await serve();
    await cut;
    await expect.poll(() => downloads(url)).toMatchObject({ result: { data: [] } });
    const shown = await graft(['models', 'info', language, '--json'], { env });
    expect(JSON.parse(shown.stdout)).toMatchObject({
      installed: true,
      entry: { files: [{ size, digest: expect.stringMatching(/^b179c952/) as string }] },
    });
    const whole = hub.requests.filter(({ host, range }) => host === 'cdn' && range === undefined);
    expect(whole).toEqual([]);
  },
);
