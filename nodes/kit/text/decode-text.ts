import { isUtf8 } from 'node:buffer';
import { GraphError } from '@graft/graph';

export type TextEncoding = 'utf-8' | 'latin-1' | 'utf-16le';

/**
 * Decodes a file's bytes piece by piece, in bounded memory; as UTF-8 if the node has no choice of encodings. Throws
 * `bad-encoding` with the file's name and the offset of the first invalid byte.
 */
export async function* decodeText(
  bytes: AsyncIterable<Uint8Array>,
  choice: TextEncoding | undefined,
  file: string,
): AsyncGenerator<string> {
  const encoding = choice ?? 'utf-8';
  const chosen = choice !== undefined;
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let first = true;
  for await (const piece of bytes) {
    const buffer = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    const whole = buffer.subarray(0, wholeLength(buffer, encoding));
    const text = decode(whole, encoding, { file, offset, chosen });
    offset += whole.length;
    rest = buffer.subarray(whole.length);
    yield first ? text.replace(/^\uFEFF/, '') : text;
    first = first && whole.length === 0;
  }
  if (rest.length > 0) throw misfit(encoding, { file, offset, chosen });
}

interface Place {
  readonly file: string;
  /** Bytes before the decoded ones. */
  readonly offset: number;
  /** Whether the encoding is a parameter of the node. */
  readonly chosen: boolean;
}

function decode(bytes: Buffer, encoding: TextEncoding, place: Place): string {
  switch (encoding) {
    case 'latin-1':
      return bytes.toString('latin1');
    case 'utf-16le': {
      const text = bytes.toString('utf16le');
      const lone = loneSurrogate(text);
      if (lone >= 0) throw misfit(encoding, { ...place, offset: place.offset + lone * 2 });
      return text;
    }
    case 'utf-8':
      if (isUtf8(bytes)) return bytes.toString('utf8');
      throw misfit(encoding, { ...place, offset: place.offset + firstInvalidUtf8(bytes) }, bytes);
  }
}

/** Bytes up to the last whole character. The rest may also be invalid: the next call reports that. */
function wholeLength(bytes: Buffer, encoding: TextEncoding): number {
  if (encoding === 'latin-1') return bytes.length;
  if (encoding === 'utf-16le') {
    const even = bytes.length - (bytes.length % 2);
    const high = even >= 2 && ((bytes[even - 1] ?? 0) & 0xfc) === 0xd8;
    return high ? even - 2 : even;
  }
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back && byte < 0xf8 ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Index of the first byte of the first invalid UTF-8 sequence, by bisection: the prefix before it is valid. */
function firstInvalidUtf8(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    const cut = wholeLength(bytes.subarray(0, middle), 'utf-8');
    if (isUtf8(bytes.subarray(0, cut)) && middle - cut < 4) valid = middle;
    else invalid = middle;
  }
  return wholeLength(bytes.subarray(0, valid), 'utf-8');
}

function loneSurrogate(text: string): number {
  const found = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(text);
  return found?.index ?? -1;
}

function misfit(encoding: TextEncoding, place: Place, bytes?: Buffer): GraphError {
  const utf16 = place.offset === 0 && bytes?.[0] === 0xff && bytes[1] === 0xfe;
  const advice = !place.chosen
    ? 'Save the file as UTF-8.'
    : utf16
      ? 'It begins with the byte order mark of UTF-16: set the encoding to utf-16le.'
      : 'Save the file in that encoding, or set the node’s encoding to that of the file.';
  return new GraphError(
    'bad-encoding',
    `${place.file} is not valid ${encoding.toUpperCase()}: the byte at offset ${place.offset} does not fit. ${advice}`,
    { location: { file: place.file, ...(place.chosen ? { param: 'encoding' } : {}) } },
  );
}

/**
 * The encoding of an XML text (XML 1.0, appendix F): by its byte order mark, by its first bytes, or by its declaration;
 * else UTF-8. A text whose declaration is readable is not UTF-16, whatever it says.
 */
export function xmlEncoding(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  const stated =
    /^(?:\u00ef\u00bb\u00bf)?<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})/i.exec(
      head,
    )?.[1] ?? 'utf-8';
  return /^(utf-?16|ucs-?2|iso-10646-ucs-2|unicode)/i.test(stated) ? 'utf-8' : stated;
}
