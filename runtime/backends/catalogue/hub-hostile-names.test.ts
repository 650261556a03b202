import { createHash } from 'node:crypto';
import { GgufBytes } from '@graft/kit/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { HostileHub } from '../testing/hostile-hub.ts';
import { smallEmbedder, smallGguf, smallSafetensors } from '../testing/hub-folder.ts';
import type { HubFault } from '../testing/hub-server.ts';
import { hubOffers, hubVariants } from './hub-choice.ts';

const hub = new HostileHub();
afterEach(() => hub[Symbol.asyncDispose]());

const repos = { 'o/r': { 'm-Q4_0.gguf': smallGguf(4096) } };
const commit = 'a'.repeat(40);
const lfs = { size: 10, sha256: 'b'.repeat(64) };
const listing = (siblings: readonly object[]): (() => readonly HubFault[]) => {
  const body = JSON.stringify({ id: 'o/r', sha: commit, siblings });
  const answer: HubFault['answer'] = (response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  return () => [{ host: 'hub', on: /^\/api\/models\/o\/r\//, answer }];
};
const named = (...names: string[]) => listing(names.map((rfilename) => ({ rfilename, lfs })));

describe('a hub whose repository', () => {
  it('has names that move the cursor is refused on one plain line', async () => {
    const faults = named('a\u001b[2J\u202e.gguf', 'b\n\r\u0007.gguf');
    const message = await hub.refuses('hf:o/r', { repos, faults });
    expect(message).toContain('hf:o/r:a [2J . It has a [2J , b .');
  });

  it('has names of 4,000 characters is refused in a short message', async () => {
    const names = Array.from({ length: 5 }, (_, at) => `${String(at)}${'n'.repeat(4000)}.gguf`);
    const message = await hub.refuses('hf:o/r', { repos, faults: named(...names) });
    expect(message).toContain('has several models');
  });

  it('offers nothing that cannot be asked for', () => {
    const files = ['ok.gguf', '../up.gguf', 'a\u001b[2J.gguf', 'a\u202eb.gguf', 'a\\b.gguf'];
    const offers = hubOffers({ repo: 'o/r', files: files.map((path) => ({ path, size: 1 })) }, {});
    expect(offers.map(({ path }) => path)).toEqual(['ok.gguf']);
  });

  it('states a configuration of a petabyte is refused before anything of it is read', async () => {
    const others = ['onnx/model.onnx', 'tokenizer.json', 'tokenizer_config.json'];
    const message = await hub.refuses('hf:o/r', {
      repos: { 'o/r': smallEmbedder },
      faults: listing([
        ...others.map((rfilename) => ({ rfilename, lfs })),
        { rfilename: 'config.json', lfs: { ...lfs, size: 2 ** 50 } },
      ]),
    });
    expect(message).toContain('config.json has 1125899906842624 bytes; no known model has more');
  });

  it('names one part twice is refused', async () => {
    const names = ['m-00001-of-00002.gguf', 'm-00001-of-00002.gguf'];
    const part = smallGguf();
    const sha256 = createHash('sha256').update(part).digest('hex');
    const siblings = names.map((rfilename) => ({ rfilename, lfs: { size: part.length, sha256 } }));
    const message = await hub.refuses('hf:o/r', {
      repos,
      faults: () => [
        ...listing(siblings)(),
        {
          host: 'hub',
          on: /resolve/,
          answer: (response) => void response.writeHead(200).end(part),
        },
      ],
    });
    expect(message).toContain('names the file "m-00001-of-00002.gguf" of the model twice');
  });
});

describe('a list of a hundred thousand files', () => {
  const listed = (nameOf: (at: number) => string) => ({
    repo: 'o/r',
    files: Array.from({ length: 100_000 }, (_, at) => ({ path: nameOf(at), size: 1 })),
  });
  // With a comparison of each to each this takes minutes.
  it.each([
    ['of one split model', (at: number) => `m-${String(at).padStart(5, '0')}-of-99999.gguf`, 0],
    ['of ONNX', (at: number) => `onnx/model_${String(at)}.onnx`, 100_000],
    ['of one precision', (at: number) => `${String(at)}/m-Q4_0.gguf`, 100_000],
    [
      'of the weights of one',
      (at: number) => `onnx/model.onnx${at ? `_data${String(at)}` : ''}`,
      1,
    ],
  ])('%s is read at once', (_, nameOf, count) => {
    const files = listed(nameOf);
    expect(hubVariants(files)).toHaveLength(count);
    expect(hubOffers({ ...files, repo: 'o/r' }, {})).toHaveLength(count);
  });
});

describe('a hub with what is no model', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`;
  const count = (of: number, values: number): Buffer =>
    GgufBytes.head(0n, 1n).text('k').u32(9).u32(of).u64(BigInt(values)).zeros(values).bytes();
  it.each([
    ['a pointer of Git LFS', { 'm.gguf': pointer }, 'is a Git LFS pointer, not the file itself'],
    [
      'one in place of safetensors',
      { ...smallSafetensors(), 'model.safetensors': pointer },
      'is a Git LFS pointer',
    ],
    ['nine million truths', { 'm.gguf': count(7, 9_000_000) }, 'metadata values, more than any'],
    [
      'a million and one tensors',
      { 'm.gguf': GgufBytes.head(1_000_001n, 0n).zeros(25_000_000).bytes() },
      'claims at least 1000001 tensors',
    ],
  ])('%s is refused', async (_, files, words) => {
    expect(await hub.refuses('hf:o/r', { repos: { 'o/r': files } })).toContain(words);
  });
});

describe('a hub behind a proxy', () => {
  it.each(['127.0.0.1:1', 'localhost:1', '[::1]:1', '169.254.169.254', '0.0.0.0:1', '0x7f.1'])(
    'that redirects to %s is refused',
    async (host) => {
      const message = await hub.refuses('hf:o/r', {
        ...{ repos, endpoint: 'http://hub.test', environment: { HTTP_PROXY: '' } },
        faults: () => [
          {
            ...{ host: 'hub', on: /resolve/ },
            answer: (response) =>
              void response.writeHead(302, { location: `http://${host}/x` }).end(),
          },
        ],
      });
      expect(message).toMatch(/it redirects to this computer or its link/);
    },
  );
});
