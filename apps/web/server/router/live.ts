import type { Material, Outage, RunEvent, RunRecord } from '@graft/graph';
import type { RunningFile, SourceChange } from '@graft/workspace';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { MergedQueue } from './merged-queue.ts';
import { shownEvent, shownRun } from './shown-paths.ts';
import { procedure, router } from './trpc.ts';

/** The most events that are read ahead of a slow client. */
const mostAhead = 1_000;

/** A message to an open tab. */
export type LiveMessage =
  | { readonly kind: 'run'; readonly events: readonly RunEvent[] }
  /** A graph file was added, changed or removed on disk. */
  | { readonly kind: 'file'; readonly path: string }
  /** Sources of the asked file have changed. */
  | { readonly kind: 'sources'; readonly change: SourceChange }
  /** The asked file has a newer run, of itself or an experiment, or its run has another status. */
  | { readonly kind: 'newest'; readonly run: RunRecord }
  /** What the files of the workspace offer to begin a graph with. */
  | { readonly kind: 'material'; readonly material: Material }
  /** Other files that are running. */
  | { readonly kind: 'elsewhere'; readonly files: readonly RunningFile[] }
  /** Services that this server waits for. */
  | { readonly kind: 'outages'; readonly outages: readonly Outage[] };

export const feedInput = z.object({
  /** The run to follow, if any. */
  run: z.string().min(1).nullable(),
  /** The file to watch for new runs, wherever they start. */
  file: z.string().min(1).max(1_000).nullable().default(null),
  /** Whether to tell what the files of the workspace offer to begin a graph with. */
  material: z.boolean().default(false),
  /** Events up to this `seq` are known. */
  after: z.number().int().nonnegative().default(0),
  /** Set by the client after a disconnect: the last `seq` that it has. */
  lastEventId: z.string().regex(/^\d+$/).nullish(),
});

export const liveRouter = router({
  /**
   * The one subscription of a tab: changes of graph files and of the open file's sources, its new runs, other files
   * that run, what graphs can begin with, and the events of the followed run. The id of a message is the `seq` of the last run event in or before
   * it, so that a reconnect neither skips nor repeats events.
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
    const { changes, outages, root } = workspace;
    const tellOutages = (): void => queue.push({ kind: 'outages', outages: outages.all });
    if (outages.all.length > 0) tellOutages();
    const stops = [
      outages.listen(tellOutages),
      changes.graphs.listen((path) => queue.push({ kind: 'file', path })),
      changes.runs.elsewhere(file, (files) => queue.push({ kind: 'elsewhere', files })),
    ];
    if (input.material)
      stops.push(changes.material((material) => queue.push({ kind: 'material', material })));
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
          // Events that are read together are sent together: a reloaded page reads thousands.
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
      // A feed that starts after the server closed never sees the abort.
      unlisten();
    }
  }),
});
