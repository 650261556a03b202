import { describe, expect, it } from 'vitest';
import { knownBytes } from './known-bytes.ts';
import { sha256 } from './testing/contract/index.ts';

const bytes = Buffer.from('twelve bytes');
const known = { digest: sha256(bytes), size: bytes.length };

async function* growing(): AsyncGenerator<Uint8Array> {
  yield bytes;
  for (;;) yield Buffer.from('more');
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function all(from: AsyncIterable<Uint8Array>): Promise<string> {
  const passed: Uint8Array[] = [];
  for await (const piece of from) passed.push(piece);
  return Buffer.concat(passed).toString();
}

describe('known bytes', () => {
  it('pass as they are', async () => {
    expect(await all(knownBytes(known, pieces('twelve ', 'bytes')))).toBe('twelve bytes');
  });

  it.each([
    ['are others', pieces('eleven bytes')],
    ['are too few', pieces('twelve ')],
    ['never end', growing()],
  ])('are refused if they %s', async (_, from) => {
    await expect(all(knownBytes(known, from))).rejects.toMatchObject({ code: 'input-changed' });
  });
});
