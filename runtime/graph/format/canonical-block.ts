import { canonicalJson } from '../base/canonical-json.ts';
import { GraphError } from '../base/errors.ts';
import { sortedKeys } from '../base/record.ts';

/** `"key": value` for each field, sorted. */
export function fieldTexts(record: Readonly<Record<string, unknown>>): string[] {
  return sortedKeys(record).flatMap((key) => {
    const value = record[key];
    if (value === undefined) return [];
    try {
      return `${JSON.stringify(key)}: ${canonicalJson(value)}`;
    } catch (error) {
      throw GraphError.from(error, { param: key });
    }
  });
}

/** Lines between brackets, indented one step deeper than `depth`; the bare brackets when there is none. */
export function block(
  brackets: '{}' | '[]',
  parts: readonly (string | readonly never[])[],
  depth: number,
): string {
  const lines = parts.flat();
  if (lines.length === 0) return brackets;
  const indent = '  '.repeat(depth + 1);
  return `${brackets[0]}\n${indent}${lines.join(`,\n${indent}`)}\n${'  '.repeat(depth)}${brackets[1]}`;
}
