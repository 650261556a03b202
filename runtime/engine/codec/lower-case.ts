/** The last character that has a small letter stands before (Unicode 17). */
const beyondLetters = 0x20000;
/** At the end of a word it becomes another letter than within. */
const sigma = 'Σ';

let known: ReadonlyMap<string, readonly string[]> | undefined;

/** Characters in whose small letters this one stands, itself not among them. */
export function writtenAs(letter: string): readonly string[] {
  known ??= readTable();
  return known.get(letter) ?? [];
}

function readTable(): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, string[]>([['ς', [sigma]]]);
  for (let code = 0; code < beyondLetters; code += 1) {
    const char = String.fromCodePoint(code);
    const small = char.toLowerCase();
    if (small === char) continue;
    // İ becomes two characters.
    for (const letter of small) {
      const others = table.get(letter);
      if (others === undefined) table.set(letter, [char]);
      else others.push(char);
    }
  }
  return table;
}
