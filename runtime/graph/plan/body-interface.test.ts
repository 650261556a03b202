import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { testRegistry as registry } from '../testing.ts';
import { bodyInterface } from './body-interface.ts';

it('gives parameters of one node as its form has them, and others by name', () => {
  const double = { type: 'double', version: 2, params: {} };
  const graph = {
    graft: 1,
    nodes: { a: double, b: double, gone: { type: 'double-of-before', version: 1, params: {} } },
    expose: {
      apart: 'a.threads',
      most: 'b.factor',
      times: 'a.factor',
      zones: 'gone.zones',
    },
  };
  const body = parseGraph(JSON.stringify(graph), 'a.graft.json');
  const { params } = bodyInterface(body, { registry, graphs: () => undefined });
  expect([...params.keys()]).toEqual(['times', 'apart', 'most']);
});
