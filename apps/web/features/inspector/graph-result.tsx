import { action, baseFirst, hasRun, prefixOf, titleAmong } from '@graft/view';
import { useMemo, useState } from 'react';
import { useAwaited, useResultText } from '../../api/runs/use-results.ts';
import { part } from '../../kit/part.tsx';
import { useDocument, useRunView } from '../../kit/stores.ts';

const OutputTab = part(() => import('./output-tab.tsx').then((loaded) => loaded.OutputTab));

const ResultNotes = part(() => import('./result-notes.tsx').then((loaded) => loaded.ResultNotes));

/** The figure that matters of a result, above everything else. */
function Headline({ path }: { readonly path: string }) {
  const [own] = useResultText(path);
  const awaited = useAwaited(path);
  return (
    <p
      // What is waited for changes from one moment to the next: in one line, so that it moves nothing.
      className={`mt-0.5 text-xl font-[620] tracking-[-0.015em] ${awaited === undefined ? '[overflow-wrap:anywhere]' : 'truncate'}`}
      data-testid="result-headline"
      title={awaited}
    >
      {awaited ?? own}
    </p>
  );
}

/** What the figure rests on. */
function Measure({ path }: { readonly path: string }) {
  const [, ...others] = useResultText(path);
  return others.length === 0 ? null : (
    <p className="text-sm text-ink-2">Compared with the words of the references.</p>
  );
}

function ResultLine({ path }: { readonly path: string }) {
  const texts = useResultText(path);
  return (
    <span className="ml-auto max-w-full truncate text-ink-2" title={texts.join(' · ')}>
      {texts[0]}
    </span>
  );
}

/**
 * Two results of the same kind of node from the same prompts, the base first, as before and after a training: they are there
 * to be compared. Undefined for others.
 */
function usePair(results: readonly string[]): readonly [string, string] | undefined {
  const shown = useDocument((state) => state.shown);
  const over = useRunView(hasRun);
  const [one, other] = useMemo(() => baseFirst(results, shown), [results, shown]);
  if (!over || results.length !== 2 || one === undefined || other === undefined) return undefined;
  if (shown.nodes[one]?.type !== shown.nodes[other]?.type) return undefined;
  const asked = [one, other].map((id) =>
    shown.edges
      .filter(({ target, targetPort }) => target === id && targetPort === 'prompts')
      .map(({ source, sourcePort }) => `${source}.${sourcePort}`)
      .join(),
  );
  return asked[0] !== '' && asked[0] === asked[1] ? [one, other] : undefined;
}

/** Compares the two results of a graph that has them for that. */
function ComparePair({ pair }: { readonly pair: readonly [string, string] }) {
  const nodes = useDocument((state) => state.shown.nodes);
  const prefix = useDocument(({ trail }) => prefixOf(trail));
  const run = useRunView((state) => state.run?.runId);
  if (run === undefined) return null;
  return (
    <button
      type="button"
      className="button small"
      title={pair.map((id) => titleAmong(id, nodes)).join(' and ')}
      onClick={() => action('compareSides')(pair.map((id) => ({ run, node: prefix + id })))}
    >
      Compare side by side
    </button>
  );
}

/** What a run of the graph gave: the figure that matters, a line for each result, and the output of the one that is looked at. */
export function GraphResult({ results }: { readonly results: readonly string[] }) {
  const nodes = useDocument((state) => state.shown.nodes);
  const [chosen, choose] = useState<string>();
  const prefix = useDocument(({ trail }) => prefixOf(trail));
  const pair = usePair(results);
  // What a note says about a result, such as what to press, holds when the run is over.
  const isOver = useRunView(hasRun);
  const shown = results.find((id) => id === chosen) ?? results[0];
  if (shown === undefined) return null;
  return (
    <section className="mt-3" aria-label="Result" data-testid="graph-result">
      <Headline path={prefix + shown} />
      {results.length === 1 ? null : (
        <ul className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-px" aria-label="Results">
          {results.map((id) => (
            <li key={id}>
              <button
                type="button"
                aria-pressed={id === shown}
                className="-mx-2 flex w-[calc(100%+1rem)] flex-wrap items-baseline gap-x-2 rounded-md px-2 py-1 text-left hover:bg-line/50 aria-pressed:bg-accent-soft"
                onClick={() => choose(id)}
              >
                <span>{titleAmong(id, nodes)}</span>
                <ResultLine path={prefix + id} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {/* As high from the start as rows make it, so that these move nothing below. */}
      <div className="-mx-4 mt-2 flex h-[48vh] min-h-0 flex-col border-y border-line pt-2">
        <div className="px-4 empty:hidden">
          <Measure path={prefix + shown} />
          {isOver ? <ResultNotes id={shown} /> : null}
        </div>
        <OutputTab key={prefix + shown} node={prefix + shown} headed />
      </div>
      <div className="mt-1.5 flex min-h-7 items-center justify-between gap-3">
        <button
          type="button"
          className="quiet-action"
          onClick={() => action('showNode')(prefix + shown, 'output')}
        >
          Show this node
        </button>
        {pair === undefined ? null : <ComparePair pair={pair} />}
      </div>
    </section>
  );
}
