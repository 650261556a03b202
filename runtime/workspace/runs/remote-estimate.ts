import type { RemoteAccess } from '@graft/backends/access';
import {
  tokenCost,
  type ArtifactRef,
  type Plan,
  type PlannedNode,
  type TokenPrice,
} from '@graft/graph';
import { remotesIn } from './remote-problems.ts';
import type { PlannedStep } from './planned-steps.ts';

/** Bytes of a token, the fewest that are usual: for English, four. */
const bytesPerToken = 3;
/** Tokens that a chat template adds to a request, at most. */
const templateTokens = 32;

interface Estimated {
  readonly steps: readonly PlannedStep[];
  readonly access: () => Promise<Pick<RemoteAccess, 'price'>>;
}

/** What the requests to servers will cost, in US dollars, for the steps that ask a model with a price. */
export interface RemoteEstimate {
  /** At most so much, by path of the step. */
  readonly dollars: ReadonlyMap<string, number>;
  /** Steps of unknown cost: their inputs are not known yet, or they ask more than once for each row. */
  readonly unknown: readonly string[];
}

/**
 * Estimates the cost of a run from above: each input row whole, with the texts of its parameters, and the longest
 * answer. Rows that were asked about before cost nothing, but count here.
 */
export async function remoteEstimate(
  plan: Plan,
  { steps, access }: Estimated,
): Promise<RemoteEstimate> {
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  const outputs = new Map(steps.map((step) => [step.node, step.outputs]));
  const dollars = new Map<string, number>();
  const unknown: string[] = [];
  for (const step of steps) {
    if (step.verdict === 'hit') continue;
    const node = nodes.get(step.node);
    if (node === undefined) continue;
    for (const { model, asking } of remotesIn(node.definition.inputs, node.inputFacets)) {
      const price = await priceOf(access, asking.url, model);
      if (price === undefined) continue;
      const tokens = mostTokens(node, rowsOf(node, outputs));
      const cost = tokens && tokenCost(price, tokens);
      if (cost === undefined) unknown.push(step.node);
      else dollars.set(step.node, (dollars.get(step.node) ?? 0) + cost);
    }
  }
  return { dollars, unknown };
}

/** Undefined also for settings that cannot be read, which `remoteProblems` reports. */
async function priceOf(
  access: Estimated['access'],
  url: string,
  model: string,
): Promise<TokenPrice | undefined> {
  try {
    return (await access()).price(url, model);
  } catch {
    return undefined;
  }
}

/** The rows that a node will ask about, if they are in the cache. */
function rowsOf(
  { definition: { items }, inputs }: PlannedNode,
  outputs: ReadonlyMap<string, PlannedStep['outputs']>,
): ArtifactRef | undefined {
  if (items?.asksOnce !== true || typeof items.over !== 'string') return undefined;
  const [feed, ...others] = inputs[items.over] ?? [];
  return feed === undefined || others.length > 0 ? undefined : outputs.get(feed.node)?.[feed.port];
}

function mostTokens({ params }: PlannedNode, rows: ArtifactRef | undefined) {
  if (rows?.count === undefined) return undefined;
  const texts = Object.values(params).filter((value) => typeof value === 'string');
  const perRow = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / bytesPerToken;
  const { maxTokens } = params;
  return {
    inputTokens: rows.size / bytesPerToken + rows.count * (perRow + templateTokens),
    outputTokens: rows.count * (typeof maxTokens === 'number' ? maxTokens : 0),
  };
}
