import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { NodeType } from './node-type.ts';
import { createRegistry } from './registry.ts';
import { doubleNode, numberNode, upperNode } from '../testing.ts';

describe('createRegistry', () => {
  it('keeps definitions by type', () => {
    const registry = createRegistry([numberNode, upperNode]);
    expect([...registry.keys()]).toEqual(['input', 'output', 'graph', 'repeat', 'number', 'upper']);
  });

  const step = { from: 1, name: 'one', params: () => ({}) };
  it.each<[string, Partial<NodeType>]>([
    ['is not kebab-case', { type: 'Number' }],
    ['versions count from 1', { implementation: 0 }],
    ['"a.b" cannot be the name of a port', { outputs: { 'a.b': numberNode.outputs.value } }],
    ['"value" lacks a default', { params: z.strictObject({ value: z.number() }) }],
    ['must be a z.strictObject', { params: z.object({}) }],
    ['needs migrations from 1 to 2', { version: 3, migrations: [step] }],
    ['without gaps', { version: 3, migrations: [step, { ...step, from: 3 }] }],
    ['a name of its own', { version: 3, migrations: [step, { ...step, from: 2 }] }],
    ['over "rows", which is no input', { items: { over: 'rows' } }],
    ['files of "x", which is no parameter', { items: { over: { files: 'x' } } }],
    ['exactly one output', { items: { over: 'rows' }, outputs: {} }],
    [
      'exactly one edge',
      { items: { over: 'v' }, inputs: { v: { ...doubleNode.inputs.value, many: true } } },
    ],
  ])('refuses a definition: %s', (message, change) => {
    expect(() => createRegistry([{ ...numberNode, ...change } as NodeType])).toThrow(message);
  });

  it('refuses two definitions of one type', () => {
    expect(() => createRegistry([numberNode, numberNode])).toThrow('taken by another');
  });
});
