import { serializeGraph, type Experiment, countVariants, type Experiments } from '@graft/graph';
import { clock, count, duration } from '@graft/nodes/kit/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useState } from 'react';
import { api, queries } from '../../api/client.ts';
import { problemText, type ExperimentProgress, foldExperimentEvent, noProgress } from '@graft/view';
import { RunOrCancel } from '../../kit/run-or-cancel.tsx';
import { useDocument } from '../../kit/stores.ts';
import {
  cancelExperiment,
  startExperiment,
  useExperiments,
  experimentEnded,
} from '../../api/experiments.ts';
import { ProgressLines } from './experiment-progress.tsx';
import { ExperimentResult, ResultDownloads } from './experiment-result.tsx';
import { PlannedVariants } from './planned-variants.tsx';
import { shownWords } from './experiment-names.ts';
import { report } from '../../api/graphs/graph-file.ts';

/** Milliseconds between two checks for runs that another tab or the command line started. */
const lookEvery = 3_000;

/** What running the experiment would mean, by the graph on the screen. */
function usePlanned(path: string, name: string) {
  const graph = useDeferredValue(useDocument((state) => state.graph));
  // The layout does not matter to it.
  const text = serializeGraph({ ...graph, layout: {} });
  return useQuery({
    queryKey: ['planned-experiment', path, name, text],
    queryFn: () => api.experiments.plan.mutate({ path, text, name }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  }).data;
}

function useRunsOf(path: string, name: string) {
  const { data = [] } = useQuery(
    queries.experiments.runs.queryOptions(
      { file: path, limit: 50 },
      { staleTime: 0, refetchInterval: lookEvery },
    ),
  );
  return data.filter(({ experiment }) => experiment === name);
}

function Details(props: {
  readonly path: string;
  readonly name: string;
  readonly experiment: Experiment;
}) {
  const { path, name, experiment } = props;
  const planned = usePlanned(path, name);
  const runs = useRunsOf(path, name);
  const graph = useDocument((state) => state.graph);
  const called = shownWords(graph, name).variant;
  const [newest] = runs;
  const working = newest?.status === 'running' || newest?.status === 'queued' ? newest : undefined;
  const progress = useExperimentProgress(working?.id);
  const finished =
    runs.find(({ status }) => status === 'succeeded' || status === 'failed') ??
    runs.find(({ status }) => status === 'cancelled');
  const isGrowing = working !== undefined && progress.ended > 0;
  const result = isGrowing ? working : finished;
  return (
    <section className="min-w-0 flex-1 overflow-auto" aria-label={`Experiment ${name}`}>
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pb-1">
        <RunOrCancel
          working={working !== undefined}
          // Not disabled while it starts: a disabled button loses the focus.
          disabled={planned?.plan === undefined}
          look="small"
          of=" the experiment"
          run={() => void startExperiment(name)}
          cancel={() => {
            if (working !== undefined) void cancelExperiment(working.id);
          }}
        />
        <p className="min-w-24 flex-1 truncate text-ink-2" title={experiment.doc}>
          {experiment.doc}
        </p>
        {/* They wrap together where the line has no room for them. */}
        <span className="ml-auto flex shrink-0 items-center gap-3">
          {result === undefined ? null : (
            <ResultDownloads runId={result.id} {...{ name, isGrowing }} />
          )}
          {newest?.finishedAt === undefined || working !== undefined ? null : (
            <span className="text-ink-2 tabular-nums" data-testid="experiment-status">
              {clock(newest.startedAt)} {newest.status} in{' '}
              {duration(newest.finishedAt - newest.startedAt)}
            </span>
          )}
        </span>
      </header>
      {planned?.problems.map((problem) => (
        <p key={problemText(problem)} className="px-4 text-error">
          {problemText(problem)}
        </p>
      ))}
      {working === undefined ? null : <ProgressLines {...{ progress, called }} />}
      {newest?.status === 'failed' && newest.error !== undefined ? (
        <p className="px-4 text-error">{newest.error}</p>
      ) : null}
      {result === undefined ? null : (
        <ExperimentResult runId={result.id} {...{ name, isGrowing }} />
      )}
      {planned?.plan === undefined ? null : (
        <PlannedVariants
          key={newest === undefined ? 'first' : 'again'}
          planned={planned.plan}
          experiment={name}
          open={newest === undefined}
        />
      )}
    </section>
  );
}

/** The experiments of the open file: their variants, the progress of a run, and the newest result. */
export default function ExperimentsPanel() {
  const path = useDocument((state) => state.file?.path);
  const experiments = useDocument((state) => state.graph.experiments);
  const chosen = useExperiments((state) => state.chosen);
  const names = Object.keys(experiments ?? {});
  const shown = chosen !== null && names.includes(chosen) ? chosen : names[0];
  const experiment = shown === undefined ? undefined : experiments?.[shown];
  if (
    path === undefined ||
    experiments === undefined ||
    shown === undefined ||
    experiment === undefined
  ) {
    return (
      <p className="px-3.5 text-ink-2">
        No experiments in this graph yet. An experiment compares several values of a parameter: type
        them into its field in the inspector, such as “128, 256, 512”.
      </p>
    );
  }
  return (
    <div className="flex min-h-0 flex-1">
      <ExperimentList experiments={experiments} shown={shown} />
      <Details key={`${path} ${shown}`} path={path} name={shown} experiment={experiment} />
    </div>
  );
}

/** The experiments of the open file; a click shows one. */
function ExperimentList(props: { readonly experiments: Experiments; readonly shown: string }) {
  return (
    <ul className="w-44 shrink-0 overflow-auto border-r border-line" aria-label="Experiments">
      {Object.entries(props.experiments).map(([name, experiment]) => {
        const { variants, repeats } = countVariants(experiment);
        return (
          <li key={name}>
            <button
              type="button"
              className="quiet-row flex-col items-start! gap-0! py-1 text-sm"
              aria-current={name === props.shown}
              title={experiment.doc}
              onClick={() => useExperiments.setState({ chosen: name })}
            >
              <span className="w-full truncate text-left font-[550] text-ink">{name}</span>
              <span className="text-ink-2">
                {count(variants)} {variants === 1 ? 'variant' : 'variants'}
                {repeats === 1 ? '' : `, ${count(repeats)} seeds each`}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Follows a run of an experiment to its end; after a disconnect it resumes after the last event. */
function useExperimentProgress(runId: string | undefined): ExperimentProgress {
  const [state, setState] = useState({ runId, progress: noProgress });
  useEffect(() => {
    if (runId === undefined) return;
    const subscription = api.experiments.follow.subscribe(
      { runId },
      {
        onData: ({ data }) => {
          setState((before) => ({
            runId,
            progress: foldExperimentEvent(
              before.runId === runId ? before.progress : noProgress,
              data,
            ),
          }));
          if (data.type === 'experiment.finished') void experimentEnded();
        },
        onError: report,
      },
    );
    return () => subscription.unsubscribe();
  }, [runId]);
  return state.runId === runId ? state.progress : noProgress;
}
