/**
 * JSON that can stand in a script element: without a `<`, which could end it or begin a comment, and without the line ends
 * that only JavaScript knows.
 */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Bytes that a value takes there. */
export function embeddedSize(value: unknown): number {
  return Buffer.byteLength(embeddedJson(value));
}
