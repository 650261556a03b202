import {
  bodyAt,
  documentStore,
  drawnFile,
  isBeginning,
  isOver,
  prefixOf,
  resultNodes,
  runView,
  isAskedResult,
  resultStep,
  stepsInOrder,
  stepTitle,
  usedGraphs,
} from '@graft/view';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { resultText } from './node-status.ts';
import { progressText } from './run-texts.ts';
import { useScore } from './use-score.ts';

/**
 * Ids of the result nodes of the shown graph that have run or are running, an example's headline first. Undefined if none has.
 * `begins`: all of them from the press of Run on, before anything is known of the run.
 */
export function useResults({ begins = false } = {}): readonly string[] | undefined {
  // What nodes that use other files give is known once these have come.
  const used = useStore(usedGraphs, (state) => state.lookup);
  const shown = useStore(documentStore, (state) => state.shown);
  const headline = useStore(documentStore, ({ trail, file }) =>
    bodyAt(trail) === undefined ? file?.example?.headline : undefined,
  );
  const ids = useMemo(() => resultNodes(shown, { headline }), [shown, headline, used]);
  const prefix = useStore(documentStore, ({ trail }) => prefixOf(trail));
  const ran = useStore(
    runView,
    useShallow((state) =>
      ids.filter(
        (id) =>
          (begins && isBeginning(state)) ||
          (resultStep(state, prefix + id) !== undefined &&
            // Where a question was only asked, its answer stands with the question.
            !isAskedResult(state, prefix + id)),
      ),
    ),
  );
  return ran.length === 0 ? undefined : ran;
}

/** What the result of a node says of itself, by its path: how many of its answers are right, and how much there is of it. */
export function useResultText(path: string): readonly [string, ...string[]] {
  const text = useStore(runView, (state) => resultText(resultStep(state, path)));
  const first = useStore(
    runView,
    (state) => Object.values(resultStep(state, path)?.outputs ?? {})[0],
  );
  const score = useScore(first);
  return score === undefined ? [text] : [score, text];
}

/**
 * What the run on the screen is doing until a node has its result: `Embed: 192 of 317`. Undefined where nothing is to come of
 * it. A count alone would read as a score.
 */
export function useAwaited(path: string): string | undefined {
  return useStore(runView, (state) => {
    const { run } = state;
    if (isBeginning(state)) return 'Starting';
    if (run === null || isOver(run)) return undefined;
    const own = resultStep(state, path);
    if (own?.status !== 'queued' && own?.status !== 'running') return undefined;
    const at =
      own.status === 'running' ? own : stepsInOrder(run).find(({ status }) => status === 'running');
    if (at === undefined) return undefined;
    const title = stepTitle(at.node, drawnFile(documentStore.getState()));
    return at.progress === undefined ? title : `${title}: ${progressText(at.progress)}`;
  });
}
