import { formatEdge, type Registry } from '@graft/graph';
import { type ComparedEdge, usedGraph } from '@graft/view';
import type { RanBody, RanGraphs } from '../report/ran-graphs.ts';
import { ranTitles } from './ran-node.ts';

/** Graphs of a run at most, each use counted by itself. */
const mostGraphs = 1_000;

type Ends = Pick<ComparedEdge, 'from' | 'to'>;

/** The edges of the graphs of a run and of those that they use, by their paths. */
function edgesOf(graphs: RanGraphs, registry: Registry): ReadonlyMap<string, Ends> {
  const edges = new Map<string, Ends>();
  const left: { readonly at: RanBody; readonly path: string; readonly titles: string }[] = [
    { at: graphs.root, path: '', titles: '' },
  ];
  for (let count = 0; left.length > 0 && count < mostGraphs; count++) {
    const { at, path, titles } = left.shift() ?? { at: graphs.root, path: '', titles: '' };
    const named = ranTitles(at.body.nodes, registry);
    const titleOf = (id: string): string => titles + (named.get(id) ?? id);
    for (const edge of at.body.edges) {
      edges.set(path + formatEdge(edge), {
        from: `${titleOf(edge.source)} · ${edge.sourcePort}`,
        to: `${titleOf(edge.target)} · ${edge.targetPort}`,
      });
    }
    for (const [id, node] of Object.entries(at.body.nodes)) {
      const use = usedGraph(node);
      const used = use === undefined ? undefined : graphs.used(use, at);
      if (used !== undefined)
        left.push({ at: used, path: `${path}${id}/`, titles: `${titleOf(id)} / ` });
    }
  }
  return edges;
}

/** What feeds one node of a run, by the input: the sources that its graph connects to it. */
function inputsOf(graphs: RanGraphs, path: string, registry: Registry): ReadonlyMap<string, Ends> {
  const parts = path.split('/').map((part) => part.replace(/#\d+$/, ''));
  const target = parts.at(-1) ?? '';
  let at: RanBody | undefined = graphs.root;
  let [outer, titles] = ['', ''];
  for (const id of parts.slice(0, -1)) {
    const node: RanBody['body']['nodes'][string] | undefined = at?.body.nodes[id];
    const use = node === undefined ? undefined : usedGraph(node);
    if (at === undefined || use === undefined) return new Map();
    titles += `${ranTitles(at.body.nodes, registry).get(id) ?? id} / `;
    outer += `${id}/`;
    at = graphs.used(use, at);
  }
  if (at === undefined) return new Map();
  const named = ranTitles(at.body.nodes, registry);
  return new Map(
    at.body.edges
      .filter((edge) => edge.target === target)
      .map(({ source, sourcePort, targetPort }) => [
        `${outer}${source}.${sourcePort} -> ${targetPort}`,
        { from: `${titles}${named.get(source) ?? source} · ${sourcePort}`, to: targetPort },
      ]),
  );
}

/** What the graphs of several runs connect, as far as it is not the same in all that are kept. */
export function comparedEdges(
  sides: readonly (RanGraphs | undefined)[],
  registry: Registry,
): readonly ComparedEdge[] {
  return differing(sides.map((graphs) => graphs && edgesOf(graphs, registry)));
}

/** What is connected to several nodes, each of a run, as far as it is not the same for all. */
export function comparedInputs(
  sides: readonly { readonly graphs: RanGraphs | undefined; readonly node: string | undefined }[],
  registry: Registry,
): readonly ComparedEdge[] {
  return differing(
    sides.map(({ graphs, node }) =>
      graphs === undefined || node === undefined ? undefined : inputsOf(graphs, node, registry),
    ),
  );
}

function differing(
  all: readonly (ReadonlyMap<string, Ends> | undefined)[],
): readonly ComparedEdge[] {
  const ends = new Map(all.flatMap((edges) => [...(edges ?? [])]));
  return [...ends].flatMap(([path, { from, to }]) => {
    const has = all.map((edges) => edges?.has(path) ?? null);
    return has.includes(false) ? [{ path, from, to, has }] : [];
  });
}
