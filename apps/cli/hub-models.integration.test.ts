import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hubFolder, smallEmbedder, smallGguf } from '../../runtime/backends/testing/hub-folder.ts';
import { HubServer } from '../../runtime/backends/testing/hub-server.ts';
import { architectureOf, type ModelConfig } from '../../runtime/training/architectures/index.ts';
import { writeTestCheckpoint } from '../../runtime/training/testing/test-checkpoint.ts';
import { randomWeights } from '../../runtime/training/testing/test-model.ts';
import { embedderId, realModel } from '../../runtime/backends/testing/real-models.ts';
import { parseGraph, serializeGraph } from '@graft/graph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const large = smallGguf(32 << 20);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let hub: HubServer;
const cleanUp: AsyncDisposable[] = [];

async function serve(repos: Parameters<typeof hubFolder>[0], options = {}): Promise<void> {
  const served = await hubFolder(repos);
  hub = await HubServer.start({ folder: served.path, ...options });
  cleanUp.push(served, hub);
}
const environment = (): Record<string, string> => ({
  ...{ HF_ENDPOINT: hub.url, GRAFT_MODELS: path.join(folder, 'models'), HF_TOKEN: '' },
  ...{ HF_HOME: folder, XDG_CONFIG_HOME: folder },
});
const models = (...args: string[]): Promise<Finished> =>
  graft(['models', ...args], { cwd: folder, env: environment() });

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('graft models', () => {
  it('searches, shows, downloads, lists, measures and deletes models of a hub', async () => {
    const terms = { licence: 'apache-2.0', gguf: { architecture: 'llama', total: 1.7e9 } };
    await serve(
      { 'o/small-GGUF': { 'a-Q4_K_M.gguf': smallGguf(4096), 'a-Q8_0.gguf': smallGguf(8192) } },
      { terms: { 'o/small-GGUF': terms } },
    );
    const found = await models('search', 'small');
    expect(found.stdout).toMatch(/^hf:o\/small-GGUF +1\.7 B +apache-2\.0 +7 downloads/);
    const shown = await models('info', 'hf:o/small-GGUF');
    expect(shown.stdout).toContain('hf:o/small-GGUF:Q4_K_M  4.3 kB  gguf');
    expect(shown.stdout).toContain('apache-2.0');
    const pulled = await models('pull', 'hf:o/small-GGUF:Q8_0');
    expect(pulled).toMatchObject({ code: 0 });
    expect(pulled.stderr).toContain(
      `hf:o/small-GGUF:Q8_0: 8.4 kB, licence apache-2.0 (${hub.url}/o/small-GGUF)`,
    );
    expect(await readdir(pulled.stdout.trim())).toEqual(['a-Q8_0.gguf']);
    expect((await models('ls')).stdout).toMatch(/hf:o\/small-GGUF:Q8_0 .* apache-2\.0 +here/);
    expect((await models('info', 'hf:o/small-GGUF:Q8_0')).stdout).toMatch(/digest +[0-9a-f]{64}/);
    expect((await models('du')).stdout).toMatch(/^hf:o\/small-GGUF:Q8_0 +8\.4 kB/);
    expect((await models('rm', 'hf:o/small-GGUF:Q8_0')).code).toBe(0);
    expect((await models('ls')).stdout).not.toContain('hf:');
  });

  it('converts safetensors to GGUF, and says which formats and types there are', async () => {
    const rope = { base: 10_000, scaling: { kind: 'none' } } as const;
    const config: ModelConfig = {
      architecture: architectureOf('gguf', 'llama', 'test'),
      ...{ vocabulary: 264, width: 32, hiddenWidth: 64, layers: 1, heads: 4, kvHeads: 2 },
      ...{ headWidth: 8, context: 64, normEpsilon: 1e-5, biases: [], tiedHead: true },
      ...{ rope, localRope: rope, slidingWindow: undefined, sliding: [false] },
      ...{ attentionScale: 8 ** -0.5, attentionSoftCap: undefined, logitSoftCap: undefined },
    };
    await writeTestCheckpoint(path.join(folder, 'tiny'), config, randomWeights(config, 3));
    await serve({});
    const wrong = await models('import', 'tiny', '--to', 'gguf', '--type', 'q4_0');
    expect(wrong.stderr).toContain(
      '--to is gguf, and --type, which goes with it, one of f16, q8_0',
    );
    const made = await models('import', 'tiny', '--to', 'gguf', '--type', 'q8_0');
    expect(made).toMatchObject({ code: 0, stdout: 'tiny-Q8_0: language-model, gguf, llama\n' });
    expect((await models('ls')).stdout).toMatch(/tiny-Q8_0 +language-model +gguf/);
  });

  it('lists what is worth choosing and what suits this computer, and keeps a default', async () => {
    await serve({ 'o/small-GGUF': { 'a-Q8_0.gguf': smallGguf(4096) } });
    const id = 'hf:o/small-GGUF:Q8_0';
    const listed = await models('recommended');
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/hf:Qwen\/Qwen3-8B-GGUF:Q4_K_M +language-model +8\.2 B +5\.0 GB/);
    expect(listed.stdout).toMatch(/gemma-3-1b-it-GGUF:Q4_K_M .* Gemma, to accept/);
    expect(listed.stdout).toMatch(/hf:Xenova\/bge-small-en-v1\.5:q8 +embedder/);
    const asJson = await models('recommended', '--json');
    expect(JSON.parse(asJson.stdout)).toContainEqual(
      expect.objectContaining({ id: 'hf:Qwen/Qwen3-8B-GGUF:Q4_K_M', fits: expect.any(String) }),
    );
    expect(hub.requests).toEqual([]);

    expect((await models('default')).stdout).toContain('No default is chosen');
    const unknown = await models('default', id);
    expect(unknown.stderr).toContain(`Download it with: graft models pull ${id}`);
    await models('pull', id);
    expect((await models('default', id)).stdout).toBe(`${id}\n`);
    expect((await models('default')).stdout).toBe(`${id}\n`);
    const other = await models('default', 'all-MiniLM-L6-v2');
    expect(other.stderr).toContain('is no language model');
    expect((await models('default', '--none')).stdout).toContain('No default is chosen');
  });

  it('downloads a model with terms only once they are accepted', async () => {
    const repo = 'unsloth/gemma-3-270m-it-GGUF';
    await serve({ [repo]: { 'g-Q8_0.gguf': smallGguf(4096) } });
    const refused = await models('pull', `hf:${repo}:Q8_0`);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('Gemma (https://ai.google.dev/gemma/terms)');
    const imported = await models('import', `hf:${repo}`, '--id', 'gemma');
    expect(imported.stderr).toContain('needs your consent');
    expect(hub.requests).toEqual([]);
    expect((await models('import', `hf:${repo}`, '--id', 'gemma', '--accept-licence')).code).toBe(
      0,
    );
    expect((await models('pull', `hf:${repo}:Q8_0`, '--accept-licence')).code).toBe(0);
    expect((await models('ls')).stdout).toMatch(/hf:unsloth\/gemma\S+ .* Gemma +here/);
  });

  it('says what a hub refuses, in one line each', async () => {
    await serve({ 'o/g': smallEmbedder }, { terms: { 'o/g': { gated: true } } });
    for (const [name, words] of [
      ['hf:o/g', `Open ${hub.url}/o/g in a browser, log in, and accept it.`],
      ['hf:o/gone', 'has no repository o/gone'],
      ['hf:nonsense', 'is not the name of a model'],
    ] as const) {
      const refused = await models('pull', name);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(words);
    }
    const invalid = await models('search', 'x', '--limit', 'many');
    expect(invalid.stderr).toContain('--limit a whole number');
  });
});

describe('a download', () => {
  it('goes on after kill -9 at 30 % and a network that was cut at 60 %, to the right digest', async () => {
    await serve({ 'o/r': { 'm-Q8_0.gguf': large } });
    const head = 1 << 20;
    const held = hub.gate.stopAfter(head + large.length * 0.3, 'hold');
    const child = spawn(process.execPath, [graftEntry, 'models', 'pull', 'hf:o/r'], {
      env: { ...process.env, ...environment() },
      stdio: 'ignore',
    });
    await held;
    // What was sent has been written, as far as it is going to be.
    const parts = path.join(folder, 'models', 'partial');
    await expect
      .poll(async () => (await readdir(parts)).some((name) => name.endsWith('.ranges')))
      .toBe(true);
    const deleted = await models('rm', 'hf:o/r');
    expect(deleted.code).toBe(2);
    expect(deleted.stderr).toContain(`The process ${child.pid} is downloading the model "hf:o/r".`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect((await models('ls')).stdout).toMatch(/hf:o\/r .* paused at \d+ %/);
    hub.requests.length = 0;
    const cut = hub.gate.stopAfter(large.length * 0.3, 'cut').then(() => hub.gate.open());
    const pulled = await models('pull', 'hf:o/r');
    await cut;
    expect(pulled).toMatchObject({ code: 0 });
    const file = path.join(pulled.stdout.trim(), 'm-Q8_0.gguf');
    expect(sha256(await readFile(file))).toBe(sha256(large));
    // It went on: the whole was not asked for again.
    const whole = hub.requests.filter(({ host, range }) => host === 'cdn' && range === undefined);
    expect(whole).toEqual([]);
    expect(await readdir(parts)).toEqual([]);
  });
});

it('a graph names a model of a hub, runs with it, and is locked to its digest', async () => {
  const real = await realModel(embedderId);
  const files = real.entry.files.map((file) => [file.path, path.join(real.folder, file.path)]);
  await serve({ 'o/mini': Object.fromEntries(files) });
  await mkdir(path.join(folder, 'texts'));
  await writeFile(path.join(folder, 'texts/a.txt'), 'Paris is the capital of France.');
  const text = graphText(
    {
      files: ['load-files', { paths: ['texts'] }],
      chunk: ['chunk'],
      embed: ['embed', { model: 'hf:o/mini' }],
    },
    ['files.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
  );
  // As Graft writes it, so that the first run locks it.
  await writeFile(path.join(folder, 'flow.graft.json'), serializeGraph(parseGraph(text)));
  const here = { cwd: folder, env: environment() };
  const before = await graft(['run', 'flow.graft.json'], here);
  expect(before.code).not.toBe(0);
  expect(before.stderr).toContain('Download it with: graft models pull hf:o/mini');
  expect(before.stderr).toContain(
    // The weights alone, as `graft models info` states.
    'Not on this computer: hf:o/mini (54.5 MB). To download it and run, add --pull.',
  );
  expect((await models('ls')).stdout).not.toContain('hf:o/mini');
  const pulled = await graft(['run', 'flow.graft.json', '--pull'], here);
  expect(pulled).toMatchObject({ code: 0 });
  expect(pulled.stderr).toContain('hf:o/mini: 55.0 MB, licence');
  const { lock } = parseGraph(await readFile(path.join(folder, 'flow.graft.json'), 'utf8'));
  expect(lock.models).toMatchObject({ 'hf:o/mini': { size: 55_036_119 } });
});
