import { GraphError, type GraphErrorCode, type Problem } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { AskerName, Askers } from '../asking/asker.ts';
import { shownProblem } from './shown-paths.ts';

/** Calls in one request, or in one message of a socket; the page sends at most as many. */
export const maxBatchSize = 20;

export interface ApiContext {
  readonly workspace: Workspace;
  /** Aborts when the server closes, so that subscriptions end. */
  readonly closing: AbortSignal;
  /** Bytes of a package that the page may send. */
  readonly largestPackage: number;
  /** Why this request may not change the operator's settings; absent: it may. */
  readonly settingsRefusal?: string | undefined;
  /** Resolves once what a subscription gave has left for the network. */
  readonly drained: () => Promise<void>;
  /** The path of the ask link of a graph; undefined where no token is asked for. */
  readonly askPath?: ((file: string) => string) | undefined;
  /** Who came by an ask link; absent: somebody with the server's token. */
  readonly asking?: { readonly name: AskerName; readonly askers: Askers } | undefined;
}

type StatusCode = TRPCError['code'];
const statusOf: Partial<Record<GraphErrorCode, StatusCode>> = {
  'stale-save': 'CONFLICT',
  'name-taken': 'CONFLICT',
  'missing-file': 'NOT_FOUND',
  'outside-workspace': 'FORBIDDEN',
  'too-large': 'PAYLOAD_TOO_LARGE',
  'store-locked': 'CONFLICT',
  'state-unusable': 'PRECONDITION_FAILED',
  unavailable: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_SERVER_ERROR',
  'no-space': 'INTERNAL_SERVER_ERROR',
  'store-damaged': 'INTERNAL_SERVER_ERROR',
  'out-of-memory': 'INTERNAL_SERVER_ERROR',
  'worker-died': 'INTERNAL_SERVER_ERROR',
};

/** What the reader is told of any failure: the problem, never a stack. */
function problemsOf(error: TRPCError): readonly Problem[] {
  const { cause } = error;
  if (cause instanceof GraphError) return cause.problems;
  const problem = (code: GraphErrorCode, message: string): Problem[] => [
    { code, message, location: {}, audience: code === 'internal' ? 'developer' : 'user' },
  ];
  if (cause instanceof ZodError) {
    const [issue] = cause.issues;
    return problem(
      'bad-input',
      `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? 'not valid'}`,
    );
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return problem(
      'internal',
      `The server failed: ${error.message}. Try again. If it happens again, report it.`,
    );
  }
  return problem('bad-input', error.message);
}

const trpc = initTRPC.context<ApiContext>().create({
  isDev: false,
  // Browsers allow six requests at a time to a host, over all tabs: subscriptions would soon take them all.
  sse: { enabled: false },
  errorFormatter({ shape, error, ctx }) {
    const root = ctx?.workspace.root;
    const problems = problemsOf(error).map((problem) => shownProblem(problem, root));
    return {
      code: shape.code,
      message: problems[0]?.message ?? shape.message,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, problems },
    };
  },
});

export const { router, createCallerFactory: createCaller } = trpc;
/** Turns a GraphError into the API's error of the same meaning; its problems travel in `data`. */
export const procedure = trpc.procedure.use(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof GraphError) {
    const { cause } = result.error;
    throw new TRPCError({
      code: statusOf[cause.code] ?? 'BAD_REQUEST',
      message: cause.message,
      cause,
    });
  }
  return result;
});
