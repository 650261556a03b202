import { GraphError, type ExecutionBackend, type StepResult } from '@graft/graph';
import { runStep } from './run-step.ts';
import type { StepHost } from './step-host.ts';

/** Milliseconds in which a step of this process must notice its cancellation. */
const patience = 1500;

/**
 * Executes steps in this process. A step that does not notice its cancellation cannot be killed here, so it is abandoned.
 * What it still stores is harmless: nothing refers to it.
 */
export function createLocalBackend(host: StepHost): ExecutionBackend {
  return {
    async execute(request, hooks): Promise<StepResult> {
      const { signal } = hooks;
      if (signal.aborted) throw cancelled(request.node);
      let timer: NodeJS.Timeout | undefined;
      let onAbort: (() => void) | undefined;
      const gaveUp = new Promise<never>((_resolve, reject) => {
        onAbort = () => {
          timer = setTimeout(() => {
            reject(cancelled(request.node));
          }, patience);
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
      try {
        return await Promise.race([runStep(host, request, hooks), gaveUp]);
      } catch (error) {
        throw signal.aborted
          ? cancelled(request.node)
          : GraphError.from(error, { node: request.node });
      } finally {
        clearTimeout(timer);
        if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

/** The error of a cancelled step. */
export function cancelled(node: string): GraphError {
  return new GraphError('cancelled', 'The run was cancelled.', { location: { node } });
}
