import {
  GraphError,
  type ArtifactStore,
  type ExecutionBackend,
  type GraphErrorCode,
  type StepRequest,
} from '@graft/graph';
import { abortable } from '@graft/kit';
import type { SharedRequests } from './shared-requests.ts';

/** Errors that may mean that what a request names is no longer in the store. */
const lost: ReadonlySet<GraphErrorCode> = new Set(['missing-file', 'store-damaged']);

/** Executes steps on other machines. */
export interface ElsewhereBackend extends ExecutionBackend {
  /** Whether somebody is there who can execute the step; absent: always. */
  takes?(request: StepRequest): Promise<boolean>;
  /** Why nobody there executes it, for people; undefined: nobody was there to expect it of. */
  whyNot?(request: StepRequest): Promise<string | undefined>;
}

/** Nobody elsewhere can execute the step any more, and nobody has begun it. */
export class NobodyThere extends Error {}

export interface SharingParts {
  /** Executes steps on machines that share only the artifact store with this one. Throws `NobodyThere`. */
  readonly elsewhere: ElsewhereBackend;
  /** Executes steps with the workspace. */
  readonly here: ExecutionBackend;
  readonly requests: SharedRequests;
  /** The store that the executors share. */
  readonly artifacts: Pick<ArtifactStore, 'has'>;
}

/**
 * Executes steps elsewhere, after storing what their requests name, and here where nobody else can. Volatile steps stay
 * here: they look at the workspace each time, and may write into it.
 */
export function createSharingBackend({
  elsewhere,
  here,
  requests,
  artifacts,
}: SharingParts): ExecutionBackend {
  const hasInputs = async ({ inputs }: StepRequest): Promise<boolean> => {
    const digests = Object.values(inputs).flatMap((refs) => refs.map(({ digest }) => digest));
    const found = await Promise.all(digests.map((each) => artifacts.has(each, { fresh: true })));
    return found.every(Boolean);
  };
  return {
    async execute(request, hooks) {
      const isTaken = request.volatile !== true && ((await elsewhere.takes?.(request)) ?? true);
      if (!isTaken) {
        const why = await elsewhere.whyNot?.(request);
        if (why !== undefined) {
          const message = `This machine computes this step: ${why}.`;
          hooks.report({ type: 'log', level: 'info', message, place: { why } });
        }
        return here.execute(request, hooks);
      }
      const { signal } = hooks;
      // A cancelled step must not wait for a store that does not answer.
      const send = async () =>
        elsewhere.execute(await abortable(requests.share(request, signal), signal), hooks);
      const sendAgain = async (error: unknown) => {
        const { code, message } = GraphError.from(error);
        if (signal.aborted || !lost.has(code)) throw error;
        // The engine computes inputs again.
        if (!(await abortable(hasInputs(request), signal))) throw error;
        hooks.report({ type: 'log', level: 'warning', message: `${message} Trying again once.` });
        // Somebody may have removed what was stored for this run.
        requests.forget(request.runId);
        return send();
      };
      try {
        return await send().catch(sendAgain);
      } catch (error) {
        if (error instanceof NobodyThere) return here.execute(request, hooks);
        throw error;
      }
    },
  };
}
