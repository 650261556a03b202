import { isRecord } from '@graft/graph';
import type { ShownProblem } from '@graft/view';

const texts = ['file', 'graph', 'node', 'port', 'param', 'entry', 'field', 'path'] as const;

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
