import { GraphError, type Problem } from '@graft/graph';
import { TRPCClientError } from '@trpc/client';
import { toldProblems, type ShownProblem } from './told-problems.ts';

export type { ShownProblem } from './told-problems.ts';

/** What to tell of any failure: the server's own problems, or that it did not answer. */
export function problemsOf(error: unknown): readonly ShownProblem[] {
  if (error instanceof GraphError) return error.problems.map((problem) => ({ ...problem }));
  if (error instanceof TRPCClientError) {
    const told = toldProblems(error.data);
    if (told !== undefined) return told;
    const message =
      'The server does not answer. See whether "graft serve" still runs; nothing you drew is lost.';
    return [{ code: 'unavailable', message, location: {}, audience: 'operator' }];
  }
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: 'internal', message, location: {}, audience: 'developer' }];
}

export function problemCode(error: unknown): string {
  return problemsOf(error)[0]?.code ?? 'internal';
}

/** Why something was refused: its problems, a line each. */
export function refusalOf(error: unknown): string {
  return problemsOf(error).map(problemText).join('\n');
}

/** `node "embed-1", param "model": message` */
export function problemText({
  message,
  location,
}: Pick<Problem, 'message'> & { location: ShownProblem['location'] }): string {
  const place = [
    location.node === undefined ? undefined : `node "${location.node}"`,
    location.port === undefined ? undefined : `port "${location.port}"`,
    location.param === undefined ? undefined : `parameter "${location.param}"`,
  ].filter((part) => part !== undefined);
  return place.length === 0 ? message : `${place.join(', ')}: ${message}`;
}
