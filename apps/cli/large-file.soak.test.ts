import { it } from 'vitest';
import { expectBoundedMemory } from './testing/large-text.ts';

// Past the largest offset of 31 bits.
it('reads a text file of 2 GB in bounded memory', () => expectBoundedMemory(2 ** 31 + 1_000_000));
