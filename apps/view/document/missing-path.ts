import type { ShownProblem } from './problem-text.ts';

/** Which path of a parameter gives no file, as a problem says; undefined where the problem is another one. */
export function missingPath(
  { code, message }: Pick<ShownProblem, 'code' | 'message'>,
  value: unknown,
): string | undefined {
  if (code !== 'missing-file') return undefined;
  const paths = Array.isArray(value) ? value : [value];
  return paths.find((path) => typeof path === 'string' && message.startsWith(`"${path}" `));
}
