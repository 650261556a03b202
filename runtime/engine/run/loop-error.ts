import { authoredLocation, GraphError } from '@graft/graph';
import type { LoopStep, StepState } from './step-state.ts';

/** Why a loop failed: the step of a round that did. */
export function roundError({ node, loop }: LoopStep, failed: StepState): GraphError {
  const { code = 'internal', message = 'It failed.', audience = 'user' } = failed.error ?? {};
  const round = loop.rounds.length;
  const where = failed.node.id.startsWith(`${node.id}#collect/`)
    ? 'Its collected outputs could not be gathered'
    : `Round ${String(round)} failed at "${failed.node.id.slice(`${node.id}#${String(round)}/`.length)}"`;
  return new GraphError(code, `${where}: ${message}`, {
    location: authoredLocation(node),
    audience,
  });
}
