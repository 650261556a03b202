import type { Graph } from '@graft/graph';
import type { Claim } from './claim-file.ts';
import { registrationDigest } from './claim-tables.ts';

/** Why its expectations cannot be registered. */
function expectationProblem({ expect }: Claim): string | undefined {
  const at = expect.findIndex(({ is, by }) => is === 'no worse' && by === undefined);
  return at === -1
    ? undefined
    : `Expectation ${String(at + 1)} is "no worse" without a margin. Say in "by" by which share of the other's mean it may be worse.`;
}

/** What keeps a claim from being measured; undefined where it stands as it was registered. */
export function registrationProblem(claim: Claim, graph: Graph): string | undefined {
  const { registered } = claim;
  if (registered === undefined || registered === 'unknown') {
    return 'Register the claim before you measure it: add --register to the command.';
  }
  return registered.digest === registrationDigest(claim, graph)
    ? undefined
    : 'The claim, its expectations or its graph changed after they were registered. Undo the change, or say in "amended" what changed and why, and add --register to the command.';
}

/**
 * The claim, registered at `date` as it stands. A claim whose registration still holds stays as it is. Throws where one
 * that was registered has changed and no amendment since says so.
 */
export function registerClaim(claim: Claim, graph: Graph, date: string): Claim {
  const { registered, amended = [] } = claim;
  const problem = expectationProblem(claim);
  if (problem !== undefined) throw new Error(problem);
  const digest = registrationDigest(claim, graph);
  if (registered !== undefined && registered !== 'unknown') {
    if (registered.digest === digest) return claim;
    if (!amended.some(({ when }) => when > registered.date)) {
      throw new Error(
        `The claim was registered on ${registered.date} and has changed since. Add to "amended" when, what and why.`,
      );
    }
  }
  return { ...claim, registered: { date, digest } };
}

/**
 * Whether a reader can tell what was expected before the measurement: the claim was registered first, or an amendment
 * says what changed since.
 */
export function toldBefore({ registered, measured, amended = [] }: Claim): boolean {
  if (registered === undefined || registered === 'unknown' || measured === undefined) return false;
  const { date } = measured;
  return registered.date <= date || amended.some(({ when }) => when >= date);
}
