import { registry } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import { cellHead, changedParams } from './cell-head.ts';

const headOf = (id: string, type: string, more: object = {}) =>
  cellHead(id, { type, params: {}, ...more }, registry.get(type));

it('has the title that people gave, else that of the type', () => {
  expect(headOf('cut', 'chunk', { title: 'Pieces' }).title).toBe('Pieces');
  expect(headOf('cut', 'chunk')).toEqual({ title: 'Chunk', group: 'retrieval', off: false });
});

it('calls a node as the graph that it uses, and an input with its name', () => {
  expect(headOf('again', 'repeat', { params: { use: '#try' } }).title).toBe('try');
  expect(headOf('far', 'graph', { params: { use: 'lib/far.graft.json' } }).title).toBe('far');
  expect(headOf('far', 'graph').title).toBe('Subgraph');
  expect(headOf('question', 'input').title).toBe('Input question');
});

it('knows no family of an unknown type, and says what is switched off', () => {
  expect(headOf('x', 'unheard-of', { bypass: true })).toEqual({ title: 'unheard-of', off: true });
});

it('lists the parameters that differ from their defaults, written into the file or not', () => {
  const chunk = registry.get('chunk');
  const drawn = { method: 'recursive', size: 64, overlap: 32, unit: 'tokens' };
  expect(changedParams(drawn, chunk)).toEqual({ size: 64 });
  expect(changedParams({ size: 256 }, chunk)).toEqual({});
  expect(changedParams({ paths: ['a'] }, registry.get('load-files'))).toEqual({ paths: ['a'] });
  expect(changedParams(drawn, undefined)).toEqual(drawn);
});
