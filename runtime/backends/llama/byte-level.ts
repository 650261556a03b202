/** GPT-2's alphabet: printable bytes stand for themselves, the others for the characters from U+0100 on. */
const bytes = new Map<string, number>();
for (let byte = 0, moved = 0x100; byte < 256; byte++) {
  const printable =
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  bytes.set(String.fromCodePoint(printable ? byte : moved++), byte);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a token as a byte-level vocabulary writes it. Bytes that are not characters by themselves are shown
 * like `<0xE2>`; a marker with characters outside of the alphabet is written as it is.
 */
export function fromByteLevel(written: string): string {
  const found = [...written].map((character) => bytes.get(character));
  const all = found.filter((byte) => byte !== undefined);
  if (all.length < found.length) return written;
  try {
    return utf8.decode(Uint8Array.from(all));
  } catch {
    return all
      .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `<0x${hex(byte)}>`))
      .join('');
  }
}

/** The text of a token as SentencePiece vocabularies write it, where single bytes stand like `<0xE2>`. */
export function fromSentencePiece(written: string): string {
  return written.replaceAll('▁', ' ');
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase();
}
