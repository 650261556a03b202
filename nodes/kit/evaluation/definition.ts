/** The metrics that are asked for; all where none is named. */
export function askedMetrics<Name extends string>(
  named: readonly Name[],
  all: readonly Name[],
): readonly Name[] {
  return named.length === 0 ? all : [...new Set(named)];
}
