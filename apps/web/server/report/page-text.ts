const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text as it stands between tags of HTML or SVG. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (sign) => entities[sign] ?? '');
}

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

/** Characters of a text that are kept where it is cut. */
const kept = 4_000;

/** A value of JSON with its long texts cut, and whether any was. */
export function cutTexts<T>(value: T): { readonly value: T; readonly cut: boolean } {
  let cut = false;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'string' || part.length <= kept) return part;
    cut = true;
    return `${part.slice(0, kept)}…`;
  });
  // Only texts became shorter.
  return { value: cut ? (JSON.parse(text) as T) : value, cut };
}

/** So many of several values at most, as far apart from one another, with the first and the last. */
export function spread<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  const step = (values.length - 1) / Math.max(1, most - 1);
  return Array.from({ length: most }, (_, at) => values[Math.round(at * step)]).filter(
    (value) => value !== undefined,
  );
}
