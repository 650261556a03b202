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
