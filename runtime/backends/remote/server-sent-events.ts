/** Most characters of a line. */
const longestLine = 1 << 20;

/**
 * The data of each event of a stream (WHATWG HTML, "Server-sent events"), as it arrives; in time linear in its bytes.
 * Also yields an event cut off by the end of the stream, because some servers omit the last blank line. Throws a
 * RangeError for an endless line.
 */
export async function* eventData(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of lines(bytes)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n');
      data = [];
    } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
  }
  if (data.length > 0) yield data.join('\n');
}

/** Lines that end in CR, LF or both. */
async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  let length = 0;
  /** The previous piece ended in CR; an LF may follow. */
  let halfBroken = false;
  for await (const chunk of bytes) {
    const piece = decoder.decode(chunk, { stream: true });
    let from = halfBroken && piece.startsWith('\n') ? 1 : 0;
    if (piece !== '') halfBroken = piece.endsWith('\r');
    for (const { 0: ending, index } of piece.matchAll(/\r\n|\n|\r/g)) {
      if (index < from) continue;
      yield begun.join('') + piece.slice(from, index);
      begun = [];
      length = 0;
      from = index + ending.length;
    }
    begun.push(piece.slice(from));
    length += piece.length - from;
    if (length > longestLine) throw new RangeError('a line without an end');
  }
  const last = begun.join('');
  if (last !== '') yield last;
}
