import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeText, type TextEncoding } from './decode-text.ts';

async function decode(pieces: readonly Uint8Array[], encoding: TextEncoding): Promise<string> {
  async function* stream() {
    yield* pieces;
  }
  let text = '';
  for await (const piece of decodeText(stream(), encoding, 'a.txt')) text += piece;
  return text;
}
function cut(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
/** Where the platform's own decoder first gives up; undefined when it does not. */
function firstMisfit(bytes: Buffer): number | undefined {
  for (let length = 0; length <= bytes.length; length += 1) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return length - 1;
    }
  }
  return undefined;
}

it.each(['utf-8', 'utf-16le'] as const)(
  'gives back any %s text, however it is cut',
  async (encoding) => {
    const texts = fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('\uFEFF'));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (text, size) => {
        const bytes = Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'utf16le');
        expect(await decode(cut(bytes, size), encoding)).toBe(text);
      }),
    );
  },
);

it('finds what is not UTF-8 wherever the pieces are cut, near the byte that breaks it', async () => {
  const bytes = fc.array(
    fc.oneof(
      fc.constant('a'),
      fc.constant('é'),
      fc.constant('😀'),
      fc.constantFrom(0x80, 0xc3, 0xe2, 0xf0, 0xff),
    ),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (parts, size) => {
      const buffer = Buffer.concat(
        parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
      );
      let valid = true;
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(buffer);
      } catch {
        valid = false;
      }
      const error: unknown = await decode(cut(buffer, size), 'utf-8').then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error === undefined).toBe(valid);
      if (!(error instanceof Error)) return;
      const offset = Number(/offset (\d+)/.exec(error.message)?.[1]);
      // The offset is of the sequence's first byte; the decoder gives up up to 3 bytes later.
      const gaveUp = firstMisfit(buffer) ?? buffer.length;
      expect(offset).toBeLessThanOrEqual(gaveUp);
      expect(gaveUp - offset).toBeLessThanOrEqual(3);
    }),
    { numRuns: 500 },
  );
});

it('refuses half a UTF-16 character and lone surrogates', async () => {
  await expect(decode([Buffer.from([0x61, 0x00, 0x62])], 'utf-16le')).rejects.toThrow('offset 2');
  await expect(decode([Buffer.from([0x61, 0x00, 0x00, 0xdc])], 'utf-16le')).rejects.toThrow(
    'offset 2',
  );
});
