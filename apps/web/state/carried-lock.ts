import { lockKinds, sameJson, type Lock, type LockEntry } from '@graft/graph';

/**
 * The lock of another step of the history, once a save or a run has made `to` of `from`: what that changed it changes here
 * as well, and what a person took, kept or gave back stays theirs to undo.
 */
export function carriedLock(lock: Lock, { from, to }: { from: Lock; to: Lock }): Lock {
  const carried = lockKinds.map((kind) => {
    const entries = new Map<string, LockEntry>(Object.entries(lock[kind]));
    for (const name of Object.keys({ ...from[kind], ...to[kind] })) {
      const [before, after] = [from[kind][name], to[kind][name]];
      if (sameJson(before, after)) continue;
      if (after === undefined) entries.delete(name);
      else entries.set(name, after);
    }
    return [kind, Object.fromEntries(entries)] as const;
  });
  return { ...lock, ...Object.fromEntries(carried) };
}
