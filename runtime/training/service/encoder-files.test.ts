import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeBeside } from './encoder-files.ts';

const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
let root: string;
let from: string;
let to: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'graft-encoder-files-'));
  [from, to] = [path.join(root, 'model'), path.join(root, 'made')];
  await Promise.all([mkdir(from), mkdir(to)]);
  for (const name of [...names, 'vocab.txt']) {
    await writeFile(path.join(from, name), `{"name":"${name}","architectures":["BertModel"]}`);
    // As files of models are kept.
    await chmod(path.join(from, name), 0o444);
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

const read = (folder: string, name: string) => readFile(path.join(folder, name), 'utf8');

it('writes files of its own, which may be written to where those of the model may not', async () => {
  await writeBeside(from, to, { architectures: ['Scorer'], labels: 1 });
  expect((await readdir(to)).sort()).toEqual([...names, 'vocab.txt']);
  for (const name of await readdir(to)) {
    expect((await stat(path.join(to, name))).mode & 0o200).toBe(0o200);
    if (name !== 'config.json') expect(await read(to, name)).toBe(await read(from, name));
  }
  expect(JSON.parse(await read(to, 'config.json'))).toEqual({
    ...{ name: 'config.json', architectures: ['Scorer'], labels: 1 },
  });
});

it('leaves a config as it is that nothing is changed of', async () => {
  await writeBeside(from, to);
  expect(await read(to, 'config.json')).toBe(await read(from, 'config.json'));
});

it('says what is missing, and hides nothing else that fails', async () => {
  await rm(path.join(from, 'vocab.txt'));
  await mkdir(path.join(from, 'special_tokens_map.json'));
  await expect(writeBeside(from, to)).rejects.toMatchObject({ code: 'EISDIR' });
  await rm(path.join(from, 'tokenizer.json'));
  await expect(writeBeside(from, to)).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringMatching(/lacks tokenizer\.json, which a model trained/),
    location: { file: path.join(from, 'tokenizer.json') },
  });
});
