import type { RunEvent, StepSummary } from '@graft/graph';

export type TokenEvent = Extract<RunEvent, { type: 'step.token' }>;

/** Nodes whose outputs contain the text that they wrote. */
export function nodesWithOutputs(
  steps: readonly Pick<StepSummary, 'node' | 'status'>[],
): ReadonlySet<string> {
  const done = steps.filter(({ status }) => status === 'succeeded' || status === 'cached');
  return new Set(done.map(({ node }) => node));
}

/**
 * Gathers the tokens of an ended run. The tokens of an item become one event in the place of its last, so that folding the
 * events gives the same texts. Call it with each token, in order.
 */
export function gatherToken(gathered: Map<string, TokenEvent>, event: TokenEvent): void {
  const key = `${event.node}\0${event.item}`;
  const before = gathered.get(key)?.text ?? '';
  gathered.set(key, { ...event, text: before + event.text });
}
