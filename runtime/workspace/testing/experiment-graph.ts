import { parseGraph, type Graph } from '@graft/graph';

export const experimentFile = 'experiment.graft.json';

/**
 * Thirty numbers, waited for, doubled, made noisy and graded: variants of `double` share the wait, which is the slow
 * part. `salt` keeps its results apart from others'.
 */
export function experimentGraph(
  experiment: object,
  { salt = 0, ms = 100 }: { readonly salt?: number; readonly ms?: number } = {},
): Graph {
  const text = Array.from({ length: 30 }, (_, at) => String(salt * 1000 + at)).join('\n');
  return parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        lines: { type: 'lines', version: 1, params: { text } },
        wait: { type: 'slow', version: 1, params: { ms } },
        double: { type: 'double', version: 2 },
        noise: { type: 'noise', version: 1 },
        grade: { type: 'grade', version: 1 },
        aside: { type: 'slow', version: 1 },
      },
      edges: [
        'lines.rows -> wait.value',
        'wait.value -> double.value',
        'double.value -> noise.value',
        'noise.value -> grade.value',
        'lines.rows -> aside.value',
      ],
      experiments: { e: { metrics: ['grade.metrics:score'], ...experiment } },
    }),
  );
}
