import { action, prefixOf, resultNodes, stepOf, titleAmong } from '@graft/view';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { resultText } from '../../api/runs/node-status.ts';
import { useScore } from '../../api/runs/use-score.ts';
import { part } from '../../kit/part.tsx';
import { useDocument, useRunView, useUsedGraphs } from '../../kit/stores.ts';

const OutputTab = part(() => import('./output-tab.tsx').then((loaded) => loaded.OutputTab));

/** The results of the graph that is shown, by the ids of their nodes. */
function useResultNodes(): readonly string[] {
  // What nodes that use other files give is known once these have come.
  useUsedGraphs((state) => state.lookup);
  return useDocument(useShallow(({ shown }) => resultNodes(shown)));
}

/** The results of the graph that is shown, of nodes that have run or are running; undefined while there is none. */
export function useResults(): readonly string[] | undefined {
  const ids = useResultNodes();
  const prefix = useDocument(({ trail }) => prefixOf(trail));
  const ran = useRunView(
    useShallow((state) => ids.filter((id) => stepOf(state, prefix + id) !== undefined)),
  );
  return ran.length === 0 ? undefined : ran;
}

function ResultLine({ path }: { readonly path: string }) {
  const text = useRunView((state) => resultText(stepOf(state, path)));
  const first = useRunView((state) => Object.values(stepOf(state, path)?.outputs ?? {})[0]);
  const score = useScore(first);
  return (
    <span className="min-w-0 flex-1 truncate text-right text-ink-2">
      {[score, text].filter((part) => part !== undefined).join(' · ')}
    </span>
  );
}

/** What a run of the graph gave: a line for each result, and the output of the one that is looked at. */
export function GraphResult({ results }: { readonly results: readonly string[] }) {
  const nodes = useDocument((state) => state.shown.nodes);
  const [chosen, choose] = useState<string>();
  const prefix = useDocument(({ trail }) => prefixOf(trail));
  const shown = results.find((id) => id === chosen) ?? results[0];
  if (shown === undefined) return null;
  return (
    <section className="mt-4" aria-label="Result" data-testid="graph-result">
      <h3 className="font-[550]">{results.length === 1 ? 'Result' : 'Results'}</h3>
      <ul className="mt-1 grid gap-px">
        {results.map((id) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={id === shown}
              className="-mx-2 flex w-[calc(100%+1rem)] min-w-0 items-baseline gap-2 rounded-md px-2 py-1 text-left hover:bg-line/50 aria-pressed:bg-accent-soft"
              onClick={() => choose(id)}
            >
              <span className="shrink-0">{titleAmong(id, nodes)}</span>
              <ResultLine path={prefix + id} />
            </button>
          </li>
        ))}
      </ul>
      <div className="-mx-4 mt-2 flex max-h-[56vh] min-h-0 flex-col border-y border-line pt-2">
        <OutputTab key={prefix + shown} node={prefix + shown} />
      </div>
      <button
        type="button"
        className="mt-1.5 text-sm text-ink-2 hover:text-ink hover:underline"
        onClick={() => action('showNode')(shown)}
      >
        Show this node
      </button>
    </section>
  );
}
