import { hasKey, type RunRecord } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { listenAtPorts } from '../features/canvas/port-keys.ts';
import { queries, queryClient } from '../api/client.ts';
import { useChecks, useDocument, useRunView, useScreen, useUsedGraphs } from '../kit/stores.ts';
import { checkGraph, clearChecks } from '../api/graphs/check-graph.ts';
import { report, syncDraft } from '../api/graphs/graph-file.ts';
import { openFeed } from '../api/runs/live-feed.ts';
import { isOver, wayOf } from '@graft/view';
import { usePlan } from '../api/runs/plan-store.ts';
import { sawExperimentRun } from '../api/experiments.ts';
import { refreshRuns } from '../api/runs/run-actions.ts';
import { forgetUsedGraph, readUsedGraphs } from '../api/graphs/used-graphs.ts';
import { takeDroppedFiles } from '../features/files/dropped-files.ts';
import { keepPlaceInAddress } from './keep-place-in-address.ts';
import { drawRanGraph } from '../api/runs/ran-graph.ts';
import { readEarlier, readPastParams } from '../api/runs/run-history.ts';
import { fileChangedOutside } from '../api/graphs/save-file.ts';
import { sourcesChanged } from '../api/runs/source-changes.ts';
import { afterPaint } from '../kit/after-paint.ts';
import { keepFocus } from './keep-focus.ts';
import { fetchParts } from '../kit/part.tsx';

/** Milliseconds of rest after an edit before it is checked, kept as a draft, and planned. */
const checkAfter = 120;
const draftAfter = 400;
/** Milliseconds after which an edit is kept as a draft also where others follow without rest, as while one types. */
const draftAtLatest = 700;
const planAfter = 500;

function useCalm(act: () => void, ms: number, changes: readonly unknown[]): void {
  useEffect(() => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
    // What is done depends on `changes` alone: the callers read the stores when it is time.
  }, changes);
}

/**
 * Notes the newest run of a file. Follows a run that another tab or the command line started, unless this tab runs something
 * itself or shows an earlier run. The experiments panel shows runs of an experiment.
 */
function sawNewestRun(seen: RunRecord): void {
  const { id, file, experiment, status, scope } = seen;
  if (useDocument.getState().file?.path !== file) return;
  if (experiment !== undefined) {
    if (status === 'running' || status === 'queued') sawExperimentRun(seen);
    return;
  }
  void refreshRuns();
  // A run of a part, or with other inputs, is shown only where it was started.
  if (scope !== undefined && useScreen.getState().view !== 'app') return;
  const { run, newest, past, setNewest, follow } = useRunView.getState();
  if (id === newest) return;
  setNewest(id);
  if (run === null || (run.runId === newest && isOver(run) && !past)) follow(id);
}

/** Follows the run on the screen, new runs of the file, and changes of files. */
function useFeed(): void {
  const runId = useRunView((state) => state.run?.runId ?? null);
  const file = useDocument((state) => state.file?.path ?? null);
  useEffect(
    () =>
      openFeed(
        { run: runId, file },
        {
          fileChanged: (path) => {
            if (path !== undefined) forgetUsedGraph(path);
            // The server was away: what could not be read then can be now.
            else void queryClient.invalidateQueries();
            void fileChangedOutside(path);
          },
          sourcesChanged: (change) => void sourcesChanged(change),
          newestRun: sawNewestRun,
          failed: report,
        },
      ),
    [runId, file],
  );
}

/** Of a graph that is only looked at the server's plan says whether anything is wrong; then all of it is looked for here. */
function checkWhereNeeded(): void {
  const { pastStates, futureStates } = useDocument.temporal.getState();
  const isEdited = pastStates.length + futureStates.length > 0;
  if (isEdited || usePlan.getState().problems.length > 0)
    void checkGraph(useDocument.getState().graph);
  else clearChecks();
}

function useChecked(): void {
  const nodes = useDocument((state) => state.graph.nodes);
  const edges = useDocument((state) => state.graph.edges);
  const { data: models } = useQuery(queries.catalogue.models.queryOptions());
  useEffect(() => {
    if (models !== undefined) useChecks.getState().setModels(models);
  }, [models]);
  const graphs = useDocument((state) => state.graph.graphs);
  const used = useUsedGraphs((state) => state.lookup);
  useEffect(() => {
    void readUsedGraphs(useDocument.getState().graph);
  }, [nodes, graphs, used]);
  const isUnsound = usePlan((state) => state.problems.length > 0);
  useCalm(checkWhereNeeded, checkAfter, [nodes, edges, graphs, used, models, isUnsound]);
}

/** The plan follows every edit and every graph file that could change it, also while a run goes on, and every run that ends. */
function usePlanned(): void {
  const nodes = useDocument((state) => state.graph.nodes);
  const edges = useDocument((state) => state.graph.edges);
  const graphs = useDocument((state) => state.graph.graphs);
  const lock = useDocument((state) => state.graph.lock);
  const used = useUsedGraphs((state) => state.lookup);
  const path = useDocument((state) => state.file?.path);
  const working = useRunView(({ run }) => run !== null && !isOver(run));
  const connected = useRunView((state) => state.connected);
  const changes = [nodes, edges, lock, graphs, used, path, connected];
  const planned = useRef<readonly unknown[]>([]);
  useCalm(
    () => {
      // The last plan stays until the server can be asked again.
      if (!connected) return;
      // That a run has begun changes nothing of what it would do.
      if (working && changes.every((change, at) => change === planned.current[at])) return;
      planned.current = changes;
      if (path === undefined) usePlan.getState().clear();
      else void usePlan.getState().ask(path, useDocument.getState().graph);
    },
    planAfter,
    [...changes, working],
  );
  useEffect(() => {
    void refreshRuns();
    return () => {
      if (working) usePlan.setState({ passed: true });
    };
  }, [working]);
}

function useDrafts(): void {
  const graph = useDocument((state) => state.graph);
  const due = useRef<number>(undefined);
  useEffect(() => {
    const now = performance.now();
    due.current ??= now + draftAtLatest;
    const keep = (): void => {
      due.current = undefined;
      syncDraft();
    };
    const timer = setTimeout(keep, Math.max(0, Math.min(draftAfter, due.current - now)));
    return () => clearTimeout(timer);
  }, [graph]);
  useEffect(() => {
    window.addEventListener('pagehide', syncDraft);
    return () => window.removeEventListener('pagehide', syncDraft);
  }, []);
}

/**
 * A node that is gone, however it went, is not selected: an undo, a merge, a file that changed outside. Nor is one of what
 * was shown before something else was.
 */
function useKeptSelection(): void {
  useEffect(
    () =>
      useDocument.subscribe(({ shown, trail }, before) => {
        const { select, keepSelected } = useScreen.getState();
        if (wayOf(trail) !== wayOf(before.trail)) select([]);
        else if (shown !== before.shown) keepSelected((key) => hasKey(shown, key));
      }),
    [],
  );
}

/** Draws the graph of the run of before that is looked at, then again that of now. */
function usePastGraph(): void {
  const runId = useRunView(({ run, past }) => (past ? run?.runId : undefined));
  useEffect(() => {
    if (runId === undefined) useDocument.getState().look(null);
    else void drawRanGraph(runId).catch(report);
  }, [runId]);
}

/** What the run on the screen does not tell itself: its parameters where it is of before, else what it left out. */
function useHistory(): void {
  const runId = useRunView(({ run }) => (run !== null && isOver(run) ? run.runId : undefined));
  const past = useRunView((state) => state.past);
  // Steps within other files are known once these have come.
  const used = useUsedGraphs((state) => state.lookup);
  useEffect(() => {
    if (runId === undefined) return;
    // What cannot be read is missing from the screen, and nothing else.
    (past ? readPastParams : readEarlier)(runId).catch(() => undefined);
  }, [runId, past, used]);
}

/** Milliseconds after which the rest of the page is fetched where no graph is seen on the canvas. */
const fetchAfter = 2_000;

/** Fetches the rest of the page once the first graph has been painted. */
function useRestFetched(): void {
  const begun = useScreen((state) => state.begun);
  const seen = useScreen((state) => state.seen);
  useEffect(() => {
    if (!begun) return undefined;
    if (seen) return afterPaint(() => void fetchParts());
    const timer = setTimeout(() => void fetchParts(), fetchAfter);
    return () => clearTimeout(timer);
  }, [begun, seen]);
}

/** Everything that goes on behind the screen. */
export function useUpkeep(): void {
  useRestFetched();
  useKeptSelection();
  useEffect(keepFocus, []);
  useHistory();
  usePastGraph();
  useEffect(listenAtPorts, []);
  useEffect(keepPlaceInAddress, []);
  useEffect(takeDroppedFiles, []);
  useFeed();
  useChecked();
  usePlanned();
  useDrafts();
}
