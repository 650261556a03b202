import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import type { LeaseOwner } from './lease.ts';
import type { Leases } from './leases.ts';

/** Whoever moves the state to another place has this lease: no server and no run starts meanwhile. */
export const movingLease = 'moving';
/** Milliseconds to watch the beat of a process elsewhere: longer than it takes to count as gone. */
const watchFor = 15_000;

/** A living owner of a lease with one of these prefixes. May wait: a crash elsewhere shows only in a beat that stands still. */
export async function livingOwner(
  leases: Leases,
  prefixes: readonly string[],
): Promise<LeaseOwner | undefined> {
  const until = performance.now() + watchFor;
  for (;;) {
    const owner = await leases.ownerBelow(prefixes);
    if (owner === undefined || owner.isHere || performance.now() > until) return owner;
    await sleep(1_000);
    await leases.sweep();
  }
}

/** Throws `store-locked` where a living process moves the state. */
export async function requireNoMove(leases: Leases): Promise<void> {
  const owner = await livingOwner(leases, [movingLease]);
  if (owner !== undefined) throw moving(owner.pid);
}

function moving(pid: number): GraphError {
  return new GraphError(
    'store-locked',
    `The process ${String(pid)} is exporting or importing the state of this workspace. Start again when it has finished.`,
    { audience: 'operator' },
  );
}
