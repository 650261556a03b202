import { GraphError } from './errors.ts';
import { isRecord, sortedKeys } from './record.ts';

const maxDepth = 200;

/**
 * Serializes JSON on one line, with sorted keys and a space after `,` and `:`. Equal values give equal text. Throws
 * GraphError `bad-param` for values that JSON cannot hold (NaN, functions, cycles).
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) {
    throw new GraphError('bad-param', `A value is nested more than ${maxDepth} levels deep.`);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value === 0 ? 0 : value);
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => canonicalJson(item, depth + 1)).join(', ')}]`;
  }
  if (isRecord(value)) {
    const fields: string[] = [];
    for (const key of sortedKeys(value)) {
      const field = value[key];
      if (field !== undefined) {
        fields.push(`${JSON.stringify(key)}: ${canonicalJson(field, depth + 1)}`);
      }
    }
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  const what = typeof value === 'number' ? String(value) : `a ${typeof value}`;
  throw new GraphError(
    'bad-param',
    `JSON cannot hold ${what}. Use text, a finite number, true, false, null, a list or an object.`,
  );
}

/** Whether two values have the same canonical JSON; undefined equals only undefined. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || typeof a !== typeof b) return false;
  return canonicalJson(a) === canonicalJson(b);
}

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

/** Puts lines between brackets, indented one step deeper than `depth`; without lines, returns the bare brackets. */
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
