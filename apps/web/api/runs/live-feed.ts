import type { RunEvent, RunRecord } from '@graft/graph';
import { api } from '../client.ts';
import type { SourceChange } from './source-changes.ts';
import { runView } from '@graft/view';

/** Milliseconds between two updates of the screen: tokens come faster than anyone reads. */
const frame = 60;

/** What the files of the workspace offer to begin a graph with. */
export type FoundMaterial = Awaited<ReturnType<typeof api.catalogue.material.query>>;

export interface FeedHooks {
  /** A graph file changed on disk; undefined when the feed was down and any may have. */
  readonly fileChanged: (path: string | undefined) => void;
  /** How the files are that the open one reads, at first and when they have other bytes than before. */
  readonly sourcesChanged: (change: SourceChange) => void;
  /** The newest run of the file, and that of its experiments, at first and whenever another one or its status takes its place. */
  readonly newestRun: (run: RunRecord) => void;
  /** What the files of the workspace offer to begin a graph with, at first and whenever it is another. */
  readonly materialChanged: (material: FoundMaterial) => void;
  readonly failed: (error: unknown) => void;
}

/** What a tab looks at: a run, a file, and whether it shows how graphs can begin. */
export interface Followed {
  readonly run: string | null;
  readonly file: string | null;
  readonly material?: boolean;
}

/** Ends subscriptions whose successor has not started: a file that changes between two of them would be missed. */
const leaving = new Set<() => void>();
/** Whether any subscription of this tab has started. */
let hasStarted = false;

/**
 * The tab's one subscription: the run it follows, new runs of its file, and changes of files. Events are gathered and folded once
 * a frame. After a disconnect the client resumes behind the last `seq` it got. Returns the stop function; changes of files are
 * reported until the next subscription has started.
 */
export function openFeed({ run, file, material = false }: Followed, hooks: FeedHooks): () => void {
  let waiting: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const events = waiting;
    waiting = [];
    runView.getState().apply(events);
  };
  const known = runView.getState().run;
  const after = known !== null && known.runId === run ? known.seq : 0;
  let wasDown = false;
  let isStopped = false;
  const subscription = api.live.feed.subscribe(
    { run, file, material, after },
    {
      onStarted: () => {
        for (const leave of leaving) leave();
        leaving.clear();
        // The server tells next which of them go on.
        runView.setState({ outages: [] });
        // It may have changed since the page read it, when nobody told of changes yet.
        if (!hasStarted && file !== null) hooks.fileChanged(file);
        hasStarted = true;
      },
      onData: ({ data }) => {
        if (data.kind === 'file') return hooks.fileChanged(data.path);
        if (isStopped) return;
        if (data.kind === 'material') return hooks.materialChanged(data.material);
        if (data.kind === 'sources') return hooks.sourcesChanged(data.change);
        if (data.kind === 'newest') return hooks.newestRun(data.run);
        if (data.kind === 'elsewhere') return runView.setState({ elsewhere: data.files });
        if (data.kind === 'outages') return runView.setState({ outages: data.outages });
        for (const event of data.events) waiting.push(event);
        timer ??= setTimeout(flush, frame);
      },
      onConnectionStateChange: ({ state, error }) => {
        if (isStopped) return;
        if (state === 'connecting' && error !== null) {
          wasDown = true;
          runView.getState().setConnected(false);
        } else if (state === 'pending') {
          runView.getState().setConnected(true);
          if (wasDown) hooks.fileChanged(undefined);
          wasDown = false;
        }
      },
      onError: (error) => {
        if (!isStopped) hooks.failed(error);
      },
    },
  );
  return () => {
    isStopped = true;
    leaving.add(() => subscription.unsubscribe());
    clearTimeout(timer);
    if (waiting.length > 0) flush();
  };
}
