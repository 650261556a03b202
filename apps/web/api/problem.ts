import { GraphError, isRecord } from '@graft/graph';
import { TRPCClientError } from '@trpc/client';
import { problemText, type ShownProblem } from '@graft/view';

const texts = [
  'file',
  'graph',
  'node',
  'port',
  'param',
  'entry',
  'source',
  'field',
  'path',
] as const;

function isLocation(value: unknown): value is ShownProblem['location'] {
  const isTold = (name: string, type: 'string' | 'number'): boolean =>
    isRecord(value) && (value[name] === undefined || typeof value[name] === type);
  return texts.every((name) => isTold(name, 'string')) && isTold('line', 'number');
}

function isProblem(value: unknown): value is ShownProblem {
  return (
    isRecord(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    ['user', 'operator', 'developer'].some((audience) => audience === value['audience']) &&
    isLocation(value['location'])
  );
}

/**
 * The problems that came with an answer of the API; undefined where it brought none, as what did not come from our server. By hand, and
 * not by the schema: schemas come after the first load.
 */
export function toldProblems(data: unknown): readonly ShownProblem[] | undefined {
  const problems = isRecord(data) ? data['problems'] : undefined;
  if (!Array.isArray(problems) || problems.length === 0) return undefined;
  return problems.every(isProblem) ? problems : undefined;
}

/** What to tell of any failure: the server's own problems, or that it did not answer. */
export function problemsOf(error: unknown): readonly ShownProblem[] {
  if (error instanceof GraphError) return error.problems.map((problem) => ({ ...problem }));
  if (error instanceof TRPCClientError) {
    const sent = toldProblems(error.data);
    if (sent !== undefined) return sent;
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
