import { GraphError, type ExecutionBackend, type GraphErrorCode } from '@graft/graph';
import type { SharedRequests } from './shared-requests.ts';

/** Errors that may mean that what a request names is no longer in the store. */
const lost: ReadonlySet<GraphErrorCode> = new Set(['missing-file', 'store-damaged']);

/** Executes steps on machines that share only the artifact store with this one. */
export function createSharingBackend(
  backend: ExecutionBackend,
  requests: SharedRequests,
): ExecutionBackend {
  return {
    async execute(request, hooks) {
      const { signal } = hooks;
      try {
        return await backend.execute(await requests.share(request, signal), hooks);
      } catch (error) {
        if (signal.aborted || !lost.has(GraphError.from(error).code)) throw error;
        // Somebody may have removed what was stored for this run.
        requests.forget(request.runId);
        return backend.execute(await requests.share(request, signal), hooks);
      }
    },
  };
}
