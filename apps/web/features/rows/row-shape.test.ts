import { portTypes, rowFault, rowTypeIds } from '@graft/graph';
import { expect, it } from 'vitest';
import { emptyLine, emptyValue, rowShape } from './row-shape.ts';

it.each(rowTypeIds)('makes a new row of %s that is one', (id) => {
  const type = portTypes[id];
  if (type === undefined) throw new Error(`no type ${id}`);
  const line = emptyLine(rowShape(id));
  expect(rowFault(line, { type, written: 0 })).toBeUndefined();
  expect(JSON.parse(line)).not.toHaveProperty('id');
});

it('knows choices, lists and what may be left out', () => {
  const shape = rowShape('dataset');
  expect(shape.fields?.get('split')?.choices).toEqual(['train', 'eval']);
  expect(shape.fields?.get('turns')).toMatchObject({ type: 'array', fewest: 1 });
  expect(rowShape('questions').required?.has('reference')).toBe(false);
  expect(emptyValue(shape.fields?.get('turns'))).toMatchObject([{ role: 'system', content: '' }]);
});

it('says nothing of a type that it does not know', () => {
  expect(rowShape('constructor')).toEqual({});
});
