import { own } from '../base/record.ts';
import { formatFeed, parseFeed, type Feed } from '../format/edge.ts';
import type { PlannedNode, PortAliases, PlannedLoop } from '../format/plan.ts';
import type { Facets, MadeBy, PortFacets } from '../types/facets.ts';

/** A round of a loop as steps of a run: the paths of its nodes contain its number, `reflect#2/grade`. */
export interface LoopRound {
  readonly nodes: readonly PlannedNode[];
  /** By name. */
  readonly outputs: Readonly<Record<string, Feed>>;
  readonly aliases: PortAliases;
}

interface RoundPlace {
  /** Path of the loop among the steps, with the numbers of the surrounding rounds. */
  readonly id: string;
  /** From 1. */
  readonly round: number;
  /** By input, its source. */
  readonly fed: Readonly<Record<string, readonly Feed[]>>;
}

/** Builds a round: the body's nodes, connected to its inputs. Throws what `PlannedLoop.body` throws. */
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
  // The facets of the round's inputs appear at the inputs of its body.
  const taken = [...given].map(([node, feeds]) => [`${place(node)}.value`, feeds.map(formatFeed)]);
  return {
    nodes,
    outputs: Object.fromEntries(outputs),
    aliases: Object.fromEntries([...aliases, ...taken]),
  };
}

/** A step's path without numbers of rounds: equal for all rounds of a node. */
export function pathWithoutRounds(step: string): string {
  return !step.includes('#') ? step : step.replace(/#[0-9]+\//g, '/');
}

/**
 * Updates the known facets of a round's inputs after a round has ended: an embedder made under the loop's path is now
 * one round older. Embedders that differed still differ. Ages are renumbered from 1 without gaps, so that rounds with
 * equal inputs have equal plans.
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
