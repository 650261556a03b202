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
 * The problems in an answer of the API; undefined if it has none, as an answer of another server. Checked by hand: the
 * zod schemas load after the first screen.
 */
export function toldProblems(data: unknown): readonly ShownProblem[] | undefined {
  const problems = isRecord(data) ? data['problems'] : undefined;
  if (!Array.isArray(problems) || problems.length === 0) return undefined;
  return problems.every(isProblem) ? problems : undefined;
}

/** The problems of any failure: those of the server, or that it does not answer. */
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

/** Why something was refused: its problems, one a line. */
export function refusalOf(error: unknown): string {
  return problemsOf(error).map(problemText).join('\n');
}
