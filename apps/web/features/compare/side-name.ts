import { clock } from '@graft/nodes/kit/ui';
import type { ComparedRun } from '@graft/view';

/** What a side is called: its variant, else when it ran; where one node is compared, that too. */
export function sideName({ startedAt, variant, seed, nodeTitle }: ComparedRun): string {
  const run = variant ?? `Run of ${clock(startedAt)}`;
  return [run, seed === undefined ? undefined : `seed ${String(seed)}`, nodeTitle]
    .filter((part) => part !== undefined)
    .join(', ');
}
