/** How to read a response: the byte limit, and a callback for received bytes. */
export interface BodyLimit {
  readonly most: number;
  readonly heard?: () => void;
}

/** A response's bytes. Throws a RangeError beyond `most`, and stops reading. */
export async function* bodyBytes(
  response: Response,
  { most, heard }: BodyLimit,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let size = 0;
  try {
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return;
      heard?.();
      size += value.byteLength;
      if (size > most) throw new RangeError('more than was asked for');
      yield value;
    }
  } finally {
    // Also if the reader stops early.
    await reader.cancel().catch(() => undefined);
  }
}

/** A response's text. Throws a RangeError beyond the limit. */
export async function wholeText(response: Response, limit: BodyLimit): Promise<string> {
  let text = '';
  for await (const piece of textPieces(response, limit)) text += piece;
  return text;
}

/** A response's text, or its beginning. */
export async function bodyText(response: Response, limit: BodyLimit): Promise<string> {
  let text = '';
  try {
    for await (const piece of textPieces(response, limit)) text += piece;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return text;
}

async function* textPieces(response: Response, limit: BodyLimit): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of bodyBytes(response, limit)) {
    yield decoder.decode(bytes, { stream: true });
  }
  yield decoder.decode();
}
