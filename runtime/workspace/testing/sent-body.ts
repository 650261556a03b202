/** Files as a page sends them, in odd pieces; without its last `cut` bytes. */
export async function* sentBody(
  files: Readonly<Record<string, string | Uint8Array>>,
  cut = 0,
): AsyncGenerator<Uint8Array> {
  const contents = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: Buffer.from(content),
  }));
  const head = { files: contents.map(({ path, bytes }) => ({ path, size: bytes.byteLength })) };
  const whole = Buffer.concat([
    Buffer.from(`${JSON.stringify(head)}\n`),
    ...contents.map(({ bytes }) => bytes),
  ]);
  const body = whole.subarray(0, whole.byteLength - cut);
  for (let at = 0; at < body.byteLength; at += 7_919) yield body.subarray(at, at + 7_919);
}
