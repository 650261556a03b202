import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import type { Queries } from '@graft/prisma';
import type { Leases } from './leases.ts';

/** Whoever moves the state to another place has this lease: no server and no run starts meanwhile. */
export const movingLease = 'moving';
/** Milliseconds after which a process elsewhere that shows no sign of life counts as gone. */
const lookFor = 15_000;

/** Throws `store-locked` where a living process moves the state. */
export async function requireNoMove(leases: Leases): Promise<void> {
  const until = performance.now() + lookFor;
  for (;;) {
    const owner = await leases.ownerBelow([movingLease]);
    if (owner === undefined) return;
    // One that has crashed elsewhere is known by its beat alone.
    if (owner.isHere || performance.now() > until) throw moving(owner.pid);
    await sleep(1_000);
    await leases.sweep();
  }
}

/** `requireNoMove` as `tx` sees it, at once. */
export async function requireNoMoveWithin(leases: Leases, tx: Queries): Promise<void> {
  const owner = await leases.ownerBelow([movingLease], tx);
  if (owner !== undefined) throw moving(owner.pid);
}

function moving(pid: number): GraphError {
  return new GraphError(
    'store-locked',
    `The process ${String(pid)} is exporting or importing the state of this workspace. Start again when it has finished.`,
    { audience: 'operator' },
  );
}
