import type { Problem } from '@graft/graph';
import { problemsOf, type ShownProblem } from '../api/problem.ts';
import { problemPlace } from './problems.ts';
import { useDocument } from './stores.ts';

/** Why something was refused: its problems, a line each. */
export function refusalOf(error: unknown): string {
  return problemsOf(error).map(problemText).join('\n');
}

/** `Embed, batch: message`: where it is, in the words of the screen, and what it is. */
export function problemText({
  message,
  location,
}: Pick<Problem, 'message'> & Pick<ShownProblem, 'location'>): string {
  const { node, port, param } = location;
  const place =
    node === undefined ? (port ?? param) : problemPlace({ location }, useDocument.getState().graph);
  return place === undefined ? message : `${place}: ${message}`;
}
