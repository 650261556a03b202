import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readInputs } from './input-text.ts';

const given = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

describe('--input', () => {
  it('is a text, a file, or standard input', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'graft-input-'));
    const file = path.join(folder, 'q.txt');
    await writeFile(file, 'from a file\n');
    const texts = await readInputs(['a=x=y', `b=@${file}`, 'c=-', 'd='], given('from ', 'outside'));
    expect(texts).toEqual({ a: 'x=y', b: 'from a file\n', c: 'from outside', d: '' });
    await rm(folder, { recursive: true });
  });

  it.each([
    [['question'], 'name=text'],
    [['a=1', 'a=2'], 'twice'],
    [['a=-', 'b=-'], 'Standard input can fill only one input'],
    [['a=@no/such/file'], 'no such file'],
  ])('refuses %j', async (args, why) => {
    await expect(readInputs(args, given())).rejects.toThrow(why);
  });
});

async function* endless(): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(1 << 24, 'yes\n');
  for (;;) yield piece;
}

it('reads standard input that has no end no further than its limit', async () => {
  await expect(readInputs(['question=-'], endless())).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining('256 MiB'),
  });
});

it('keeps an input of any name, so that one that the graph does not take is said', async () => {
  const inputs = await readInputs(['__proto__=x', 'question=y']);
  expect(Object.entries(inputs)).toEqual([
    ['__proto__', 'x'],
    ['question', 'y'],
  ]);
});
