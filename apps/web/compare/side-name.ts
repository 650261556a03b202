import { clock } from '@graft/nodes/kit/ui';
import { letterOf, type ComparedRun } from './comparison.ts';

/** What a side is called: its variant, else when it ran; where one node is compared, that too. */
export function sideName({ startedAt, variant, seed, node }: ComparedRun): string {
  const run = variant ?? `Run of ${clock(startedAt)}`;
  return [run, seed === undefined ? undefined : `seed ${String(seed)}`, node]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** Of each side its letter and name, by the letter: so a table names them. */
function sideNames(runs: readonly ComparedRun[]): ReadonlyMap<string, string> {
  return new Map(runs.map((run, at) => [letterOf(at), `${letterOf(at)}: ${sideName(run)}`]));
}
