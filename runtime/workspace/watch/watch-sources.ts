import { parseGraph } from '@graft/graph';
import type { GraphPlanner } from '../runs/graph-planner.ts';
import type { GraphWatcher } from './graph-watcher.ts';
import { type SourceChange, SourceWatcher, type WatchedSources } from './source-watcher.ts';
import type { WorkspaceParts } from '../workspace-parts.ts';

interface WatchParts extends Pick<WorkspaceParts, 'root' | 'graphs' | 'files'> {
  readonly watcher: GraphWatcher;
  readonly planner: GraphPlanner;
}

/** As `Workspace.watchSources`. */
export function watchSources(
  { root, graphs, files, watcher, planner }: WatchParts,
  path: string,
  changed: (change: SourceChange) => void,
): () => void {
  const sources: WatchedSources = {
    root,
    hints: (hint) => {
      const stops = [watcher.listen(() => hint(true)), watcher.hint(() => hint(false))];
      return () => {
        for (const stop of stops) stop();
      };
    },
    patterns: async () => {
      const { text } = await graphs.read(path);
      return planner.filePatterns(parseGraph(text, path), path);
    },
    files: (patterns) => files.watched(patterns),
  };
  const looking = new SourceWatcher(sources, changed);
  return () => looking[Symbol.dispose]();
}
