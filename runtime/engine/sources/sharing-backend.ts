import { GraphError, type ExecutionBackend, type GraphErrorCode } from '@graft/graph';
import type { SharedRequests } from './shared-requests.ts';

/** Errors that may mean that what a request names is no longer in the store. */
const lost: ReadonlySet<GraphErrorCode> = new Set(['missing-file', 'store-damaged']);

export interface SharingParts {
  /** Executes steps on machines that share only the artifact store with this one. */
  readonly elsewhere: ExecutionBackend;
  /** Executes steps with the workspace. */
  readonly here: ExecutionBackend;
  readonly requests: SharedRequests;
}

/**
 * Executes steps elsewhere, after storing what their requests name. Volatile steps stay here: they look at the workspace
 * each time, and may write into it.
 */
export function createSharingBackend({
  elsewhere,
  here,
  requests,
}: SharingParts): ExecutionBackend {
  return {
    async execute(request, hooks) {
      if (request.volatile === true) return here.execute(request, hooks);
      const { signal } = hooks;
      try {
        return await elsewhere.execute(await requests.share(request, signal), hooks);
      } catch (error) {
        if (signal.aborted || !lost.has(GraphError.from(error).code)) throw error;
        // Somebody may have removed what was stored for this run.
        requests.forget(request.runId);
        return elsewhere.execute(await requests.share(request, signal), hooks);
      }
    },
  };
}
