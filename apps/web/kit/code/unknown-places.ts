/** A name in braces within a text: `{name}`. */
export interface Place {
  readonly name: string;
  /** Index of the opening brace, and the index after the closing one. */
  readonly from: number;
  readonly to: number;
}

/** The names in braces in a text; braces of code and JSON do not count. */
export function placesIn(text: string): Place[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(({ index, 0: whole, 1: name = '' }) => ({
    name,
    from: index,
    to: index + whole.length,
  }));
}

/** The names in braces that nothing replaces, without duplicates, in the order of the text. */
function unknownPlaces(text: string, known: readonly string[]): string[] {
  const names = placesIn(text).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !known.includes(name));
}

const listed = new Intl.ListFormat('en', { type: 'conjunction' });
const inBraces = (names: readonly string[]): string =>
  listed.format(names.map((name) => `{${name}}`));

/** What to say about names that nothing replaces; undefined if there are none. */
export function unknownMessage(text: string, known: readonly string[]): string | undefined {
  const unknown = unknownPlaces(text, known);
  if (unknown.length === 0) return undefined;
  const [predicate, stays] =
    unknown.length === 1
      ? ['is not a placeholder here', 'it stays']
      : ['are not placeholders here', 'they stay'];
  const instead =
    known.length === 0 ? 'This text has no placeholders.' : `Placeholders: ${inBraces(known)}.`;
  return `${inBraces(unknown)} ${predicate}: ${stays} as written. ${instead}`;
}
