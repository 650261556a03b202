import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GgufBytes, safetensorsBytes } from '../testing/gguf-bytes.ts';
import { DamagedFile } from './file-head.ts';
import { readGgufHeader } from './gguf-header.ts';
import { readSafetensorsHeader } from './safetensors-header.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-headers-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function fault(bytes: Buffer, read: (file: string) => Promise<unknown>): Promise<string> {
  const file = path.join(folder, 'hostile');
  await writeFile(file, bytes);
  const error: unknown = await read(file).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DamagedFile);
  return String(error);
}

const huge = 2n ** 62n;

describe('a GGUF header claims no more than its file holds', () => {
  it.each<[string, GgufBytes, RegExp]>([
    ['tensors', GgufBytes.head(huge, 0n), /claims 4611686018427387904 tensors, but has only 24/],
    ['metadata', GgufBytes.head(0n, huge), /claims 4611686018427387904 metadata entries/],
    ['a key', GgufBytes.head(0n, 1n).u64(huge).zeros(9), /cut off: metadata key 1 of 1/],
    ['a text', GgufBytes.head(0n, 1n).text('k').u32(8).u64(huge), /cut off: metadata "k"/],
    [
      'an array',
      GgufBytes.head(0n, 1n).text('k').u32(9).u32(10).u64(2n).zeros(15),
      /cut off: metadata "k"/,
    ],
    [
      'arrays in arrays',
      GgufBytes.head(0n, 1n).text('k').u32(9).u32(9).u64(2n).zeros(16),
      /arrays in an array/,
    ],
    [
      'axes',
      GgufBytes.head(1n, 0n)
        .text('t')
        .u32(2 ** 31),
      /claims 2147483648 axes/,
    ],
    ['numbers', GgufBytes.head(1n, 0n).tensor('t', huge, 0n), /claims 4611686018427387904 numbers/],
    ['an offset', GgufBytes.head(1n, 0n).tensor('t', 1n, huge), /cut off: tensor "t"/],
    ['data', GgufBytes.head(1n, 0n).tensor('t', 32n, 0n).zeros(100), /cut off: tensor "t"/],
    [
      'alignment',
      GgufBytes.head(0n, 1n).text('general.alignment').u32(10).u64(huge),
      /general\.alignment of 4611686018427388000/,
    ],
    [
      'two of a key',
      GgufBytes.head(0n, 2n).text('k').u32(4).u32(1).text('k').u32(4).u32(1),
      /metadata key "k" twice/,
    ],
    [
      'two of a tensor',
      GgufBytes.head(2n, 0n).tensor('t', 8n, 0n).tensor('t', 8n, 32n).zeros(128),
      /tensor "t" twice/,
    ],
    [
      'overlap',
      GgufBytes.head(2n, 0n).tensor('a', 16n, 0n).tensor('b', 8n, 32n).zeros(128),
      /"a" and "b" overlap/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await fault(bytes.bytes(), readGgufHeader)).toMatch(message);
  });

  it('or it is refused at once, whatever the length of a name that the message shows', async () => {
    const name = 'n'.repeat(100_000);
    const bytes = GgufBytes.head(1n, 0n).tensor(name, huge, 0n).bytes();
    expect((await fault(bytes, readGgufHeader)).length).toBeLessThan(500);
  });
});

describe('a safetensors header claims no more than its file holds', () => {
  const tensor = (shape: number[], offsets: number[], dtype = 'F32'): object => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  const text = JSON.stringify;
  it.each<[string, Buffer, RegExp]>([
    ['its length', safetensorsBytes('{}', 0, huge), /claims 4611686018427388000 bytes, more than/],
    ['its length in the file', safetensorsBytes('{}', 0, 1000n), /cut off: the header/],
    ['data', safetensorsBytes(text({ t: tensor([2], [0, 8]) }), 4), /cut off: tensor "t"/],
    ['order', safetensorsBytes(text({ t: tensor([], [4, 0]) }), 8), /ends before it starts/],
    ['shape', safetensorsBytes(text({ t: tensor([3], [0, 8]) }), 8), /has 8 bytes for \[3\] F32/],
    [
      'a huge shape',
      safetensorsBytes(text({ t: tensor([2 ** 52, 2 ** 52], [0, 8], 'X9') }), 8),
      /has 8 bytes for/,
    ],
    [
      'overlap',
      safetensorsBytes(text({ a: tensor([2], [0, 8]), b: tensor([2], [4, 12]) }), 12),
      /"b" overlaps "a"/,
    ],
    ['negative', safetensorsBytes(text({ t: tensor([-2], [-8, 0]) }), 8), /not the JSON/],
    ['no JSON', safetensorsBytes('{{{{'), /not the JSON/],
    ['nesting', safetensorsBytes(`${'['.repeat(1e6)}`), /not the JSON/],
    ['no UTF-8', Buffer.concat([safetensorsBytes('', 0, 2n), Buffer.from([0x7b, 0xff])]), /JSON/],
  ])('%s', async (_, bytes, message) => {
    expect(await fault(bytes, readSafetensorsHeader)).toMatch(message);
  });

  it('a tensor named as the prototype is a tensor', async () => {
    const file = path.join(folder, 'proto');
    const header = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    await writeFile(file, safetensorsBytes(header, 4));
    const read = await readSafetensorsHeader(file);
    expect(read.tensors.map(({ name }) => name)).toEqual(['__proto__']);
  });
});
