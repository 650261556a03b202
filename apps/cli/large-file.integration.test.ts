import { it } from 'vitest';
import { expectBoundedMemory } from './testing/large-text.ts';

it('reads a text file larger than its memory bound in bounded memory', () =>
  expectBoundedMemory(450e6));
