import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ModelEntry } from '@graft/graph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';

const bytes = Buffer.from('weights');
const digest = createHash('sha256').update(bytes).digest('hex');
const evil = [
  `pip:evil==1#sha256=${'a'.repeat(64)}/x`,
  'pip:evil==1/x',
  'npm:evil@1.0.0/x',
  'file:/etc/passwd',
  'http://127.0.0.1:1/x',
];
const web = ['hf:evil/evil@main/x', 'https://127.0.0.1:1/x'];

const entryOf = (sources: readonly string[]): ModelEntry => ({
  ...{ id: 'evilm', title: 'E', kind: 'language-model', format: 'gguf', architecture: 'llama' },
  ...{ licence: { id: 'MIT', consent: false }, dtype: 'q4', contextLength: 16, parameters: 1 },
  files: [{ path: 'x', digest, size: bytes.length, sources: [...sources] }],
});

const path = process.env['PATH'];
let root = '';
let modelsFolder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-foreign-'));
  modelsFolder = join(root, 'models');
  await mkdir(join(root, 'bin'));
  await mkdir(modelsFolder);
  for (const name of ['python3', 'python', 'pip', 'npm']) {
    const command = join(root, 'bin', name);
    await writeFile(
      command,
      `#!/bin/sh\necho "$0 $@ token:$HF_TOKEN" >> ${join(root, 'calls')}\nexit 1\n`,
    );
    await chmod(command, 0o755);
  }
  process.env['PATH'] = `${join(root, 'bin')}${delimiter}${path}`;
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(root, { recursive: true, force: true });
});

const calls = (): Promise<string> => readFile(join(root, 'calls'), 'utf8').catch(() => '');
const open = (entries: readonly ModelEntry[] = []) =>
  createCatalogue({ modelsFolder, entries, hubEndpoint: 'http://127.0.0.1:1' });
const fromPackage = {
  name: 'theirs',
  blob: async function* () {
    yield bytes;
  },
};

describe('a model that somebody sent', () => {
  it.each(evil)('keeps no source %s of its sender', async (source) => {
    const catalogue = open();
    await catalogue.receive(entryOf([source]), fromPackage);
    expect(catalogue.entry('evilm').files[0]?.sources).toEqual(['package:theirs']);
    await rm(join(modelsFolder, 'sha256'), { recursive: true });
    await rm(join(modelsFolder, 'models'), { recursive: true });
    await expect(catalogue.fetch('evilm')).rejects.toThrow('unpack that package again');
    expect(await calls()).toBe('');
  });

  it('keeps sources that only bytes come from', async () => {
    const catalogue = open();
    await catalogue.receive(entryOf([...evil, ...web]), fromPackage);
    expect(catalogue.entry('evilm').files[0]?.sources).toEqual(web);
  });
});

describe('models that an earlier version recorded', () => {
  const record = (entry: unknown): Promise<void> =>
    writeFile(join(modelsFolder, 'imported.json'), JSON.stringify({ evilm: entry }));

  it('reach no package manager', async () => {
    await record(entryOf(evil.slice(0, 3)));
    const catalogue = open();
    expect(catalogue.entry('evilm').files[0]?.sources).toEqual(['package:unknown']);
    await expect(catalogue.fetch('evilm')).rejects.toMatchObject({ code: 'bad-model' });
    expect(await calls()).toBe('');
  });

  it('keep what a person imported, and neither links that are none nor endless texts', async () => {
    const sources = ['file:/home/me/m.gguf', 'https://example.org/m.gguf'];
    await record({
      ...entryOf(sources),
      title: `a\u202eb\n${'c'.repeat(500)}`,
      licence: { id: 'x'.repeat(500), url: 'javascript:alert(1)', consent: false },
    });
    const entry = open().entry('evilm');
    expect(entry.files[0]?.sources).toEqual(sources);
    expect(entry.title).toBe(`a b ${'c'.repeat(196)}`);
    expect(entry.licence).toEqual({ id: 'x'.repeat(200), consent: false });
  });
});

it('a model that Graft names may come from packages, whose managers get no token of the hub', async () => {
  process.env['HF_TOKEN'] = 'hf_secret';
  await expect(open([entryOf(evil.slice(0, 1))]).fetch('evilm')).rejects.toThrow('pip');
  delete process.env['HF_TOKEN'];
  expect(await calls()).toContain('download');
  expect(await calls()).not.toContain('hf_secret');
});

it('of a model that is not built in, no package manager is asked whatever its entry says', async () => {
  const entry = entryOf(evil.slice(0, 1));
  await writeFile(join(modelsFolder, 'imported.json'), JSON.stringify({ [entry.id]: entry }));
  const names = { ...entry, id: 'other' };
  await expect(open([names]).fetch('evilm')).rejects.toMatchObject({ code: 'bad-model' });
  expect(await calls()).toBe('');
});
