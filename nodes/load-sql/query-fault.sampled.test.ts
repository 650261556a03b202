import { expect, it } from 'vitest';
import { superlinear } from '../kit/testing/growth.ts';
import { queryFault } from './query-fault.ts';

it.each(['$a$ ', "''", '/**/', '"" ', "e'\\\\' ", '( ', 'a.'])(
  'takes as long as the query is, also of %j',
  async (piece) => {
    const textOf = (length: number): string => `select ${piece.repeat(length / piece.length)}`;
    expect(await superlinear(queryFault, textOf)).toBeUndefined();
  },
);
