import { totalmem } from 'node:os';

/** Bytes that this process may use at most: the machine's, or its container's. */
export function machineMemory(): number {
  // Without a limit the kernel names one far beyond any machine; on some platforms it is 0.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
