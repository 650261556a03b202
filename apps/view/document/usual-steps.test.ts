import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { describe, expect, it } from 'vitest';
import { inOrderOfWork } from './node-order.ts';
import { usualFirst, usualSteps } from './usual-steps.ts';

const examples = join(import.meta.dirname, '../../../examples');

/** `documents: load-files -> chunk` for each edge between two nodes of the examples. */
function followedInExamples(): ReadonlySet<string> {
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' });
  const graphs = files
    .filter((file) => file.endsWith('.graft.json'))
    .map((file) => parseGraph(readFileSync(join(examples, file), 'utf8')));
  const followed = graphs.flatMap((graph) =>
    [graph, ...Object.values(graph.graphs ?? {})].flatMap(({ nodes, edges }) =>
      edges.map(({ source, sourcePort, target }) => {
        const [giver = '', taker = ''] = [nodes[source]?.type, nodes[target]?.type];
        const type = registry.get(giver)?.outputs[sourcePort]?.type.id ?? '';
        return `${type}: ${giver} -> ${taker}`;
      }),
    ),
  );
  return new Set(followed);
}

const titles = (side: 'source' | 'target', type: string): readonly string[] =>
  usualFirst(inOrderOfWork([...registry.values()]), { side, type }).map(({ type: id }) => id);

describe('the usual next step', () => {
  it('comes first, and all others after it in the order of a pipeline', () => {
    expect(titles('source', 'documents')[0]).toBe('chunk');
    expect(titles('source', 'prompts')[0]).toBe('generate');
    expect(titles('target', 'prompts').slice(0, 2)).toEqual(['inject-context', 'prompt']);
    const all = inOrderOfWork([...registry.values()]).map(({ type }) => type);
    expect(titles('source', 'chunks')).toEqual(['embed', ...all.filter((id) => id !== 'embed')]);
    expect(titles('source', 'unheard-of')).toEqual(all);
  });

  it('is one that the node types allow and that the examples take', () => {
    const followed = [...followedInExamples()];
    for (const [type, { takers, givers }] of Object.entries(usualSteps)) {
      for (const id of takers) {
        const ports = Object.values(registry.get(id)?.inputs ?? {});
        expect(
          ports.map((port) => port.type.id),
          `${type} -> ${id}`,
        ).toContain(type);
      }
      for (const id of givers) {
        const ports = Object.values(registry.get(id)?.outputs ?? {});
        expect(
          ports.map((port) => port.type.id),
          `${id} -> ${type}`,
        ).toContain(type);
      }
      const [taker] = takers;
      if (taker === undefined) continue;
      expect(
        followed.filter((edge) => edge.startsWith(`${type}: `) && edge.endsWith(` -> ${taker}`)),
        `${type} -> ${taker}`,
      ).not.toEqual([]);
    }
  });
});
