import { expect, it } from 'vitest';
import { subgraphName } from './subgraph-name.ts';

it.each([
  ['retrieve', { name: 'retrieve' }],
  ['Find passages', { name: 'find-passages', title: 'Find passages' }],
  ['  Café & crème! ', { name: 'cafe-creme', title: 'Café & crème!' }],
  ['__proto__', { name: 'proto__', title: '__proto__' }],
  ['探す', { name: 'subgraph', title: '探す' }],
  ['', { name: 'subgraph' }],
])('a subgraph named %j has an id of its own', (text, named) => {
  expect(subgraphName(text)).toEqual(named);
});
