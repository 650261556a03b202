import { own } from '../base/record.ts';
import { formatFeed, parseFeed, type Feed } from '../format/feed.ts';
import type { PlannedNode, PortAliases, PlannedLoop } from '../format/plan.ts';

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
