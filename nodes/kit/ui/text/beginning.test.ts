import { expect, it } from 'vitest';
import { beginning } from './beginning.ts';

it.each([
  ['The kiln is lit.', 16, 'The kiln is lit.'],
  ['The kiln is lit.', 15, 'The kiln is …'],
  ['The kiln is lit.', 11, 'The kiln is …'],
  ['The kiln\n\nis lit.', 9, 'The kiln …'],
  ['Donaudampfschifffahrt', 5, 'Donau …'],
  ['🏺🏺🏺', 3, '🏺 …'],
])('cuts %j to %d characters as %j', (text, most, cut) => expect(beginning(text, most)).toBe(cut));
