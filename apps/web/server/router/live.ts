import type { RunEvent, RunRecord } from '@graft/graph';
import type { RunningFile, SourceChange } from '@graft/workspace';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { MergedQueue } from './merged-queue.ts';
import { shownEvent, shownRun } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

/** Events that are read ahead of a slow reader. */
const mostAhead = 1_000;

/** What a tab is told while it is open. */
export type LiveMessage =
  | { readonly kind: 'run'; readonly events: readonly RunEvent[] }
  /** A graph file appeared, changed or went away on disk. */
  | { readonly kind: 'file'; readonly path: string }
  /** Files that the file that was asked for reads have other bytes than before. */
  | { readonly kind: 'sources'; readonly change: SourceChange }
  /** The newest run of the file that was asked for, or of its experiments, or its status, is another than before. */
  | { readonly kind: 'newest'; readonly run: RunRecord }
  /** Runs go on of these other files than the one that was asked for. */
  | { readonly kind: 'elsewhere'; readonly files: readonly RunningFile[] };

const feedInput = z.object({
  /** The run to follow, if any. */
  run: z.string().min(1).nullable(),
  /** The file whose newest runs to tell of, wherever they were started. */
  file: z.string().min(1).max(1_000).nullable().default(null),
  /** Events up to this `seq` are known already. */
  after: z.number().int().nonnegative().default(0),
  /** Set by the client after a disconnect: the `seq` it has got to. */
  lastEventId: z.string().regex(/^\d+$/).nullish(),
});

export const liveRouter = router({
  /**
   * One subscription a tab: changes of graph files and of what the open one reads, new runs of the open one, which others run, and the events of the run it looks at. A message's id is the
   * `seq` of the last run event before or in it, so that a reconnect goes on without gap or double.
   */
  feed: procedure.input(feedInput).subscription(async function* ({ ctx, input, signal }) {
    const { workspace } = ctx;
    const ended = new AbortController();
    const stop = AbortSignal.any(
      [ctx.closing, ended.signal, signal].filter((source) => source !== undefined),
    );
    let seq = Math.max(input.after, Number(input.lastEventId ?? 0));
    const queue = new MergedQueue<LiveMessage>();
    stop.addEventListener('abort', () => queue.close(), { once: true });
    const { run, file } = input;
    const { changes, root } = workspace;
    const stops = [
      changes.graphs.listen((path) => queue.push({ kind: 'file', path })),
      changes.runs.elsewhere(file, (files) => queue.push({ kind: 'elsewhere', files })),
    ];
    if (file !== null) {
      stops.push(
        changes.runs.newest(file, (newest) =>
          queue.push({ kind: 'newest', run: shownRun(newest, root) }),
        ),
        changes.sources(file, (change) => queue.push({ kind: 'sources', change })),
      );
    }
    const unlisten = (): void => {
      for (const unlistened of stops.splice(0)) unlistened();
    };
    stop.addEventListener('abort', unlisten, { once: true });
    const followed = async (runId: string): Promise<void> => {
      let batch: RunEvent[] = [];
      let ahead = 0;
      const flush = (): void => {
        if (batch.length > 0) queue.push({ kind: 'run', events: batch });
        batch = [];
      };
      try {
        for await (const event of workspace.runs.events(runId, seq, stop)) {
          // What is read at once is sent at once: a page that is reloaded reads thousands.
          if (batch.length === 0) setImmediate(flush);
          batch.push(shownEvent(event, root));
          ahead += 1;
          if (ahead < mostAhead) continue;
          flush();
          await queue.emptied();
          ahead = 0;
        }
      } finally {
        flush();
      }
    };
    if (run !== null) followed(run).catch((error: unknown) => queue.fail(error));
    try {
      for await (const message of queue) {
        if (message.kind === 'run') seq = message.events.at(-1)?.seq ?? seq;
        yield tracked(String(seq), message);
        await ctx.drained();
      }
    } finally {
      ended.abort();
      // A feed that began after the server closed hears no abort.
      unlisten();
    }
  }),
});
