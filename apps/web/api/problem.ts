import { GraphError } from '@graft/graph';
import { TRPCClientError } from '@trpc/client';
import { problemText, type ShownProblem } from '@graft/view';
import { toldProblems } from './told-problems.ts';

/** What to tell of any failure: the server's own problems, or that it did not answer. */
export function problemsOf(error: unknown): readonly ShownProblem[] {
  if (error instanceof GraphError) return error.problems.map((problem) => ({ ...problem }));
  if (error instanceof TRPCClientError) {
    const told = toldProblems(error.data);
    if (told !== undefined) return told;
    const message =
      'The server does not answer. Check that "graft serve" is still running; your graph is not lost.';
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
