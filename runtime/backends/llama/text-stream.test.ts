import { describe, expect, it } from 'vitest';
import { TextStream } from './text-stream.ts';

/** Tokens are positions in these bytes' pieces, as a byte-level vocabulary gives them. */
function streamOf(pieces: readonly Uint8Array[], stops: readonly string[]) {
  const emitted: string[] = [];
  const detokenize = (tokens: readonly number[]): string =>
    new TextDecoder().decode(
      Buffer.concat(tokens.map((token) => pieces[token] ?? Buffer.alloc(0))),
    );
  const stream = new TextStream(detokenize, stops, (text) => emitted.push(text));
  return { stream, emitted };
}
const utf8 = (text: string): Uint8Array => Buffer.from(text);

describe('text coming out of tokens', () => {
  it('waits for the rest of a character', () => {
    const bytes = utf8('a😀b');
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    const { stream, emitted } = streamOf(pieces, []);
    pieces.forEach((_, token) => stream.push(token));
    stream.end();
    expect(emitted).toEqual(['a', '😀', 'b']);
  });

  it('holds back what may begin a stop text, and lets it go when it does not', () => {
    const pieces = ['one <', 'en', 'd', 'less> two <e', 'nd> three'].map(utf8);
    const { stream, emitted } = streamOf(pieces, ['<end>']);
    const stopped = pieces.map((_, token) => stream.push(token));
    expect(stopped).toEqual([false, false, false, false, true]);
    expect(emitted.join('')).toBe('one <endless> two ');
    expect(emitted[0]).toBe('one ');
    expect(stream.text).toBe('one <endless> two ');
  });

  it('takes the earliest of several stop texts, and gives the held text at the end', () => {
    const several = streamOf(['x stop2 stop1'].map(utf8), ['stop1', 'stop2', '']);
    expect(several.stream.push(0)).toBe(true);
    expect(several.stream.text).toBe('x ');
    const held = streamOf(['x sto'].map(utf8), ['stop']);
    held.stream.push(0);
    expect(held.emitted).toEqual(['x ']);
    held.stream.end();
    expect(held.stream.text).toBe('x sto');
  });
});
