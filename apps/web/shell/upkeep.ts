import { hasKey, type RunRecord } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { listenAtPorts } from '../features/canvas/port-keys.ts';
import { queries, queryClient } from '../api/client.ts';
import {
  useChecks,
  useDocument,
  useOverlay,
  useRunView,
  useScreen,
  useUsedGraphs,
} from '../kit/stores.ts';
import { checkGraph, clearChecks } from '../api/graphs/check-graph.ts';
import { report, syncDraft } from '../api/graphs/graph-file.ts';
import { openFeed, type FoundMaterial } from '../api/runs/live-feed.ts';
import { isOver, takeHeld, wayOf } from '@graft/view';
import { usePlan } from '../api/runs/plan-store.ts';
import { sawExperimentRun } from '../api/experiments.ts';
import { refreshRuns } from '../api/runs/run-actions.ts';
import { forgetUsedGraph, readUsedGraphs } from '../api/graphs/used-graphs.ts';
import { takeDroppedFiles } from '../features/files/dropped-files.ts';
import { keepPlaceInAddress } from './keep-place-in-address.ts';
import { showAskedRun } from '../api/runs/asked-run.ts';
import { drawRanGraph } from '../api/runs/ran-graph.ts';
import { readEarlier, readPastParams } from '../api/runs/run-history.ts';
import { fileChangedOutside } from '../api/graphs/save-file.ts';
import { sourcesChanged } from '../api/runs/source-changes.ts';
import { afterPaint } from '../kit/after-paint.ts';
import { keepFocus } from './keep-focus.ts';
import { fetchParts } from '../kit/part.tsx';

/** Milliseconds without an edit before the graph is checked, drafted and planned. */
const checkAfter = 120;
const draftAfter = 400;
/** Milliseconds after which a draft is kept even while edits continue, as in typing. */
const draftAtLatest = 700;
const planAfter = 500;

function useCalm(act: () => void, ms: number, changes: readonly unknown[]): void {
  useEffect(() => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
    // The effect depends on `changes` alone: callers read the stores when it runs.
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
  // A run of a part, or with other inputs, is shown only where it was started; one of a question with the question.
  if (scope !== undefined) return;
  const { run, newest, past, setNewest, follow } = useRunView.getState();
  if (id === newest) return;
  setNewest(id);
  if (run === null || (run.runId === newest && isOver(run) && !past)) follow(id);
}

/** A look that is under way may have begun before this one. */
async function takeMaterial(found: FoundMaterial): Promise<void> {
  const { queryKey } = queries.catalogue.material.queryOptions();
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData(queryKey, found);
}

/** Follows the run on the screen, new runs of the file, and changes of files. */
function useFeed(): void {
  const runId = useRunView((state) => state.run?.runId ?? null);
  const file = useDocument((state) => state.file?.path ?? null);
  // The start screen and the dialog for a new graph show what the files offer.
  const asksHow = useOverlay(({ nameQuestion }) => nameQuestion?.kind === 'new');
  const material = file === null || asksHow;
  useEffect(
    () =>
      openFeed(
        { run: runId, file, material },
        {
          fileChanged: (path) => {
            if (path !== undefined) forgetUsedGraph(path);
            // The server was away: what failed to load can load now.
            else void queryClient.invalidateQueries();
            void fileChangedOutside(path);
          },
          sourcesChanged: (change) => void sourcesChanged(change),
          newestRun: sawNewestRun,
          materialChanged: (found) => void takeMaterial(found),
          failed: report,
        },
      ),
    [runId, file, material],
  );
}

/** The server's plan says whether a graph that is only viewed has problems; the page then finds all of them. */
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

/** The plan is renewed after every edit, every change of a used file, and every run that ends, also during a run. */
function usePlanned(): void {
  const nodes = useDocument((state) => state.graph.nodes);
  const edges = useDocument((state) => state.graph.edges);
  const graphs = useDocument((state) => state.graph.graphs);
  const lock = useDocument((state) => state.graph.lock);
  const used = useUsedGraphs((state) => state.lookup);
  const path = useDocument((state) => state.file?.path);
  const runs = useRunView(({ run }) => run !== null && !isOver(run));
  const asks = useRunView(({ asked }) => asked !== null && !isOver(asked.run));
  const connected = useRunView((state) => state.connected);
  const changes = [nodes, edges, lock, graphs, used, path, connected];
  const planned = useRef<readonly unknown[]>([]);
  useCalm(
    () => {
      // The last plan stays until the server answers again.
      if (!connected) return;
      // The start of a run does not change the plan; the end of another does.
      const isPassed = usePlan.getState().passed;
      if (
        (runs || asks) &&
        !isPassed &&
        changes.every((change, at) => change === planned.current[at])
      )
        return;
      planned.current = changes;
      if (path === undefined) usePlan.getState().clear();
      else void usePlan.getState().ask(path, useDocument.getState().graph);
    },
    planAfter,
    [...changes, runs, asks],
  );
  useEffect(() => void refreshRuns(), [runs, asks]);
  usePassed(runs);
  usePassed(asks);
}

/** When a run or a question ends, the plan is out of date. */
function usePassed(working: boolean): void {
  useEffect(
    () => () => {
      if (working) usePlan.setState({ passed: true });
    },
    [working],
  );
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
    const leave = (): void => {
      takeHeld();
      syncDraft();
    };
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, []);
}

/**
 * Deselects nodes that disappear: by undo, a merge, or a change of the file from outside. Also deselects when another
 * graph is shown.
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

/** Draws the graph of the past run that is shown, then the present one again. */
function usePastGraph(): void {
  const runId = useRunView(({ run, past }) => (past ? run?.runId : undefined));
  useEffect(() => {
    if (runId === undefined) useDocument.getState().look(null);
    else void drawRanGraph(runId).catch(report);
  }, [runId]);
}

/** Loads what the run on the screen lacks: the parameters of a past run, else the steps that it left out. */
function useHistory(): void {
  const runId = useRunView(({ run }) => (run !== null && isOver(run) ? run.runId : undefined));
  const past = useRunView((state) => state.past);
  // Steps within other files are known once those are loaded.
  const used = useUsedGraphs((state) => state.lookup);
  useEffect(() => {
    if (runId === undefined) return;
    // What cannot be read is only missing from the screen.
    (past ? readPastParams : readEarlier)(runId).catch(() => undefined);
  }, [runId, past, used]);
}

/** Milliseconds after which the rest of the page is fetched if the canvas shows no graph. */
const fetchAfter = 2_000;

/** Fetches the rest of the page after the first graph is painted. */
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

/** Everything that runs in the background of the screen. */
export function useUpkeep(): void {
  useRestFetched();
  useKeptSelection();
  useEffect(keepFocus, []);
  useEffect(showAskedRun, []);
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
