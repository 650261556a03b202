import { runAtWork } from '@graft/engine';
import { GraphError } from '@graft/graph';

/**
 * Keeps this process going when a promise is rejected that nobody awaits. Each is a fault of Graft: it is logged, and
 * the run that it belongs to fails, since nothing else would end it. Returns the stop function.
 */
export function surviveRejections(log: (text: string) => void): () => void {
  const survive = (reason: unknown): void => {
    const run = runAtWork();
    const where = run === undefined ? 'outside of any run' : `in run ${run.runId}, which fails`;
    const detail = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log(`A bug in Graft ${where}: ${detail}\nPlease report it.\n`);
    run?.fail(
      new GraphError('internal', `A bug in Graft: ${GraphError.from(reason).message}`, {
        audience: 'developer',
        cause: reason,
      }),
    );
  };
  process.on('unhandledRejection', survive);
  return () => {
    process.off('unhandledRejection', survive);
  };
}
