/** What of a response is read: which bytes at most, and who is told that some have come. */
export interface BodyLimit {
  readonly most: number;
  readonly heard?: () => void;
}

/** A response's bytes. Throws a RangeError once there are more than `most`; the rest is then never read. */
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
    // Also where whoever reads has had enough.
    await reader.cancel().catch(() => undefined);
  }
}

/** A response's text, or its beginning. */
export async function bodyText(response: Response, limit: BodyLimit): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of bodyBytes(response, limit)) {
      text += decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return text;
}
