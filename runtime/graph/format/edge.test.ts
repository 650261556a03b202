import { expect, it } from 'vitest';
import { reachable } from './edge.ts';

const edge = (source: string, target: string) => ({
  ...{ source, target },
  ...{ sourcePort: 'value', targetPort: 'value' },
});

it('finds what feeds nodes and what they feed, through circles as well', () => {
  const edges = [edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('x', 'c'), edge('c', 'z')];
  expect([...reachable(edges, ['b'], 'after')].sort()).toEqual(['b', 'c', 'z']);
  expect([...reachable(edges, ['b'], 'before')].sort()).toEqual(['a', 'b', 'c', 'x']);
  expect([...reachable(edges, ['z', 'none'], 'after')]).toEqual(['z', 'none']);
});

it('goes along 100,000 nodes at once', () => {
  const edges = Array.from({ length: 100_000 }, (_, at) => edge(`n${at}`, `n${at + 1}`));
  expect(reachable(edges, ['n0'], 'after').size).toBe(100_001);
  expect(reachable(edges, ['n100000'], 'before').size).toBe(100_001);
});
