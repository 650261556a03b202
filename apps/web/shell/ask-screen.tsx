import { useEffect } from 'react';
import { useRunView } from '../kit/stores.ts';
import { openFeed } from '../api/runs/live-feed.ts';
import { report } from '../api/graphs/graph-file.ts';
import { Notices } from './notices.tsx';
import { AppView } from './app-screen.tsx';

const nothing = (): void => undefined;

/** All that an ask link opens: the graph as an app, without commands, keys and other views. */
export function AskScreen() {
  const run = useRunView((state) => state.run?.runId ?? null);
  useEffect(
    () =>
      openFeed(
        { run, file: null },
        {
          ...{ fileChanged: nothing, sourcesChanged: nothing, materialChanged: nothing },
          ...{ newestRun: nothing, failed: report },
        },
      ),
    [run],
  );
  return (
    <div className="app-screen relative h-dvh overflow-clip">
      <AppView />
      <Notices />
    </div>
  );
}
