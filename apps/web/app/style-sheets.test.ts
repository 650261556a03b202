import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const sheets = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.css'));

/** What stands before the outermost braces of a sheet, in order. */
function selectors(sheet: string): string[] {
  const found: string[] = [];
  let depth = 0;
  for (const [, before = '', brace] of sheet
    .replace(/\/\*.*?\*\//gs, '')
    .matchAll(/([^{};]*)([{};])/g)) {
    if (brace === '{' && depth === 0) found.push(before.trim());
    depth += brace === '{' ? 1 : brace === '}' ? -1 : 0;
  }
  return found;
}

it.each(sheets)('%s says once what something looks like', (name) => {
  const all = selectors(readFileSync(join(import.meta.dirname, name), 'utf8'));
  const rules = all.filter((selector) => !selector.startsWith('@'));
  expect(rules.filter((selector, at) => rules.indexOf(selector) !== at)).toEqual([]);
});
