import { expect, it } from 'vitest';
import { modulePatterns } from './module-patterns.ts';

const source = { file: 'adapter_config.json', field: 'alpha_pattern' };
const of = (patterns: Record<string, number>) => modulePatterns(patterns, source);
const down = 'model.layers.1.mlp.down_proj';
const query = 'model.layers.10.self_attn.q_proj';

// What `re.match(rf"(.*\.)?({pattern})$", path)` says of the two paths, in Python.
it.each([
  ['down_proj', true, false],
  ['own_proj', false, false],
  [String.raw`1\.mlp\.down_proj`, true, false],
  [String.raw`layers\.1\.mlp\.down_proj`, true, false],
  ['layers.1.mlp.down_proj', true, false],
  ['mlp.down.proj', true, false],
  [String.raw`mlp\.down.proj`, true, false],
  [String.raw`mlp.down\.proj`, false, false],
  [String.raw`model\.layers\.1\.mlp\.down_proj`, true, false],
  [String.raw`.*\.1\.mlp\..*`, true, false],
  [String.raw`layers\.\d+\..*_proj`, true, true],
  [String.raw`layers\.([0-9]|1[0-2])\.self_attn\.[qk]_proj`, false, true],
  ['(down|up)_proj', true, false],
  ['mlp|self_attn', false, false],
  ['q_proj|.*down_proj', true, true],
  ['.*', true, true],
])('%s names what it names in PEFT', (pattern, isDown, isQuery) => {
  const valueOf = of({ [pattern]: 3 });
  expect(valueOf(down)).toBe(isDown ? 3 : undefined);
  expect(valueOf(query)).toBe(isQuery ? 3 : undefined);
});

it('takes the first of the patterns that match, whatever their kind', () => {
  expect(of({ '.*_proj': 1, down_proj: 2 })(down)).toBe(1);
  expect(of({ down_proj: 2, '.*_proj': 1 })(down)).toBe(2);
  expect(of({ 'mlp.down_proj': 4, down_proj: 2 })(down)).toBe(4);
});

it('is not held up by a hostile expression', () => {
  for (const pattern of [
    '(([a-z]|l)+)+!',
    '(.*)*x',
    '(a|a)*(a|a)*(a|a)*b',
    '(x+x+)+y',
    '(.*.*.*.*.*.*.*.*.*.*)=',
  ]) {
    expect(of({ [pattern]: 1 })(`${'al'.repeat(5000)}`)).toBeUndefined();
  }
});

it.each([
  [{ '(?=down)down_proj': 1 }, /cannot be matched safely/],
  [{ '([a-z]+)_\\1': 1 }, /cannot be matched safely/],
  [{ '(down': 1 }, /cannot be matched safely/],
  [{ '((a{1000}){1000}){1000}': 1 }, /cannot be matched safely/],
  [{ [`(${'a|'.repeat(400)})`]: 1 }, /more than 500 characters/],
  [Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}.*`, 1])), /more than 100/],
  [Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`m${i}`, 1])), /at most 10000/],
])('refuses what it cannot match safely: %#', (patterns, message) => {
  expect(() => of(patterns)).toThrow(message);
});
