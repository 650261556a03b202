/** An id as Graft gives it to a further node of a type: `generate-2`. */
const furtherId = /^(.+?)-([1-9]\d*)$/;

/** The ids `generate` and `generate-2` have one stem, and the numbers 1 and 2. */
function partsOf(id: string): { readonly stem: string; readonly number: number } {
  const [, stem, number] = furtherId.exec(id) ?? [];
  return stem === undefined || number === undefined || Number(number) < 2
    ? { stem: id, number: 1 }
    : { stem, number: Number(number) };
}

/**
 * What nodes are called, by id. Those of one title get the numbers of their ids ("Generate 1", "Generate 2") if Graft
 * gave these ids; else, and where a number would repeat the title of another node, the ids themselves.
 */
export function numberedTitles(
  titles: readonly (readonly [id: string, title: string])[],
): ReadonlyMap<string, string> {
  const ids = new Map<string, string[]>();
  for (const [id, title] of titles) ids.set(title, [...(ids.get(title) ?? []), id]);
  const named = new Map<string, string>();
  for (const [title, alike] of ids) {
    const parts = alike.map(partsOf);
    const isGiven = new Set(parts.map(({ stem }) => stem)).size === 1;
    const numbered = parts.map(({ number }) => `${title} ${String(number)}`);
    const isFree = !numbered.some((name) => ids.has(name));
    for (const [at, id] of alike.entries()) {
      const name = isGiven && isFree ? (numbered[at] ?? title) : `${title} (${id})`;
      named.set(id, alike.length === 1 ? title : name);
    }
  }
  return named;
}
