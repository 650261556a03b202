import type { Metadata } from '@graft/graph';

/** Most facts: every chunk and hit of a document carries its metadata, so they must stay few and short. */
const maxFacts = 64;
/** Code units of a name and a value; longer values are text, not facts for filters. */
const maxName = 128;
const maxValue = 256;
/** Code units of all names and values. */
const maxTotal = 4096;

export type Fact = string | number | boolean | null;

/**
 * The first named values that are facts, as metadata: at most `MAX_FACTS` and about four thousand characters. `left`
 * counts the facts without room.
 */
export function factsOf(entries: Iterable<readonly [string, unknown]>): {
  readonly metadata: Metadata;
  readonly left: number;
} {
  const facts: [string, Fact][] = [];
  let total = 0;
  let left = 0;
  for (const [name, value] of entries) {
    if (!isFact(value) || name.length > maxName) continue;
    const size = name.length + (typeof value === 'string' ? value.length : 8);
    if (facts.length === maxFacts || total + size > maxTotal) left += 1;
    else {
      facts.push([name, value]);
      total += size;
    }
  }
  return { metadata: Object.fromEntries(facts), left };
}

function isFact(value: unknown): value is Fact {
  if (typeof value === 'string') return value.length <= maxValue;
  return typeof value === 'number' || typeof value === 'boolean' || value === null;
}

/** Column names for a message: a table may have thousands. */
export function columnList(names: readonly string[]): string {
  const shown = names
    .slice(0, 20)
    .map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
