import { own } from '../base/record.ts';
import { formatFeed, parseFeed, type Feed } from '../format/edge.ts';
import type { PlannedNode, PortAliases, PlannedLoop } from '../format/plan.ts';
import type { Facets, MadeBy, PortFacets } from '../types/facets.ts';

/** A round of a loop as steps of a run: its nodes have the number of the round in their paths, `reflect#2/grade`. */
export interface LoopRound {
  readonly nodes: readonly PlannedNode[];
  /** By name. */
  readonly outputs: Readonly<Record<string, Feed>>;
  readonly aliases: PortAliases;
}

interface RoundPlace {
  /** Of the loop among the steps: its path, with the numbers of the rounds that it stands in. */
  readonly id: string;
  /** From 1. */
  readonly round: number;
  /** By input, what feeds it. */
  readonly fed: Readonly<Record<string, readonly Feed[]>>;
}

/** Draws a round: the body's nodes, led to what the round is given. Throws what `PlannedLoop.body` throws. */
export function loopRound(loop: PlannedLoop, { id, round, fed }: RoundPlace): LoopRound {
  const body = loop.body(round);
  const place = (path: string): string => `${id}#${round}${path.slice(loop.path.length)}`;
  const given = new Map(
    Object.entries(body.inputs).map(([name, node]) => [node, own(fed, name) ?? []]),
  );
  const behind = (feed: Feed): readonly Feed[] =>
    given.get(feed.node) ?? [{ node: place(feed.node), port: feed.port }];
  const nodes = body.nodes.map((node): PlannedNode => ({
    ...node,
    id: place(node.id),
    inputs: Object.fromEntries(
      Object.entries(node.inputs).map(([port, feeds]) => [port, feeds.flatMap(behind)]),
    ),
  }));
  const outputs = Object.entries(body.outputs).flatMap(([name, feed]): [string, Feed][] => {
    const [source] = behind(feed);
    return source === undefined ? [] : [[name, source]];
  });
  const aliases = Object.entries(body.aliases).map(([port, feeds]) => [
    place(port),
    feeds.flatMap((feed) => behind(parseFeed(feed)).map(formatFeed)),
  ]);
  // What the round is given is seen at the inputs of its body.
  const taken = [...given].map(([node, feeds]) => [`${place(node)}.value`, feeds.map(formatFeed)]);
  return {
    nodes,
    outputs: Object.fromEntries(outputs),
    aliases: Object.fromEntries([...aliases, ...taken]),
  };
}

/** The path of a step without the numbers of rounds: the same for all rounds of a node. */
export function pathWithoutRounds(step: string): string {
  return !step.includes('#') ? step : step.replace(/#[0-9]+\//g, '/');
}

/**
 * What is known of what a round of a loop is given, once a round has ended: embedders that are made under the loop's path
 * were made in earlier rounds than the next. Those that differed still differ, and are numbered from 1 without gaps, so
 * that rounds which are given alike things are planned alike.
 */
export function agedFacets(given: PortFacets, prefix: string): PortFacets {
  const ages = new Map<string, Set<number>>();
  for (const { embedder } of Object.values(given)) {
    const made = embedder?.madeBy;
    if (made === undefined || !made.node.startsWith(prefix)) continue;
    const own = ages.get(outputOf(made)) ?? new Set();
    ages.set(outputOf(made), own.add(made.before ?? 0));
  }
  if (ages.size === 0) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, facets]): [string, Facets] => {
      const { embedder } = facets;
      const made = embedder?.madeBy;
      const own = made === undefined ? undefined : ages.get(outputOf(made));
      if (embedder === undefined || made === undefined || own === undefined) return [name, facets];
      const later = [...own].filter((age) => age < (made.before ?? 0)).length;
      return [
        name,
        { ...facets, embedder: { ...embedder, madeBy: { ...made, before: later + 1 } } },
      ];
    }),
  );
}

const outputOf = ({ node, port }: MadeBy): string => `${node}.${port}`;
