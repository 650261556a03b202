import { useStore } from 'zustand';
import {
  commandOf,
  isGoingOn,
  isOver,
  isUnsaved,
  redo,
  undo,
  togglePanel,
  countProblems,
} from '@graft/view';
import { useDocument, useRunView, usePanels, useScreen } from '../kit/stores.ts';
import { fileTitle } from '../api/graphs/graph-file.ts';
import { saveFile } from '../api/graphs/save-file.ts';
import { usePlan } from '../api/runs/plan-store.ts';
import { countText, useProblems } from '../api/graphs/use-problems.ts';
import { cancelRun, runShown } from '../api/runs/run-actions.ts';
import { useOpenRunsOnChange } from '../api/runs/run-on-change.ts';
import {
  DarkIcon,
  LeftPanelIcon,
  LightIcon,
  LowerPanelIcon,
  RedoIcon,
  RightPanelIcon,
  SettingsIcon,
  UndoIcon,
} from '../kit/icons.tsx';
import { HeaderChips, useAnswering } from './header-chips.tsx';
import { planLine, runLine } from '../api/runs/plan-report.ts';
import { keyName } from '../kit/chord.ts';
import { RunOrCancel } from '../kit/run-or-cancel.tsx';
import { isDark, setTheme, useTheme } from '../kit/theme.ts';
import { part } from '../kit/part.tsx';

/** Looks after the downloads of models, wherever one is. */
const DownloadsChip = part(
  () => import('../features/models/downloads-chip.tsx').then((loaded) => loaded.DownloadsChip),
  () => null,
);

function Breadcrumb() {
  const file = useDocument((state) => state.file);
  const unsaved = useDocument(isUnsaved);
  if (file === null) return null;
  const dirty = unsaved || file.base === null;
  const parts = fileTitle(file.path).split('/');
  return (
    <>
      <nav aria-label="File" className="truncate text-ink-2">
        {parts.slice(0, -1).map((folder) => `${folder} / `)}
        <span className="text-ink">{parts.at(-1)}</span>
      </nav>
      <span className="save-state">
        <span className="chip" data-tone={dirty ? 'working' : undefined} data-testid="save-state">
          {dirty ? 'unsaved' : 'saved'}
        </span>
      </span>
      <button
        type="button"
        className="button small"
        disabled={!dirty}
        title={`Save (${keyName('S')})`}
        onClick={() => void saveFile()}
      >
        Save
      </button>
    </>
  );
}

function HistoryButtons() {
  const isOpen = useDocument((state) => state.file !== null);
  const canUndo = useStore(useDocument.temporal, (state) => state.pastStates.length > 0);
  const canRedo = useStore(useDocument.temporal, (state) => state.futureStates.length > 0);
  // There is nothing to undo, and the name of the file would push them away.
  return !isOpen ? null : (
    <span className="flex">
      <button
        type="button"
        className="icon-button"
        disabled={!canUndo}
        aria-label="Undo"
        title={`Undo (${keyName('Z')})`}
        onClick={undo}
      >
        <UndoIcon />
      </button>
      <button
        type="button"
        className="icon-button"
        disabled={!canRedo}
        aria-label="Redo"
        title={`Redo (${keyName('Z', true)})`}
        onClick={redo}
      >
        <RedoIcon />
      </button>
    </span>
  );
}

function PlanLine() {
  const report = usePlan((state) => (state.passed ? null : state.report));
  const problems = useProblems();
  const graph = useDocument((state) => state.graph);
  const firstRun = useDocument((state) => state.file?.example?.firstRun);
  const going = useRunView(({ run, past }) =>
    run === null || past || isOver(run) ? undefined : runLine(run),
  );
  const answering = useAnswering();
  if (problems.length > 0) {
    const counted = countProblems(problems, graph);
    return (
      <button
        type="button"
        className={`truncate hover:underline ${counted.broken > 0 ? 'text-error' : 'text-ink-2'}`}
        data-testid="problem-count"
        onClick={commandOf('show-plan').run}
      >
        {countText(counted)}
      </button>
    );
  }
  // The plan for the next run is unknown until this one has ended.
  if (going !== undefined) {
    return (
      <span className="truncate text-ink-2 tabular-nums max-md:hidden" data-testid="run-line">
        {going}
      </span>
    );
  }
  // So does the chip of a question that is being answered.
  if (answering || report === null || report.nodes.length === 0) return null;
  return (
    // It gives way before the name of the file.
    <span className="shrink-9999 truncate text-ink-2 max-md:hidden" data-testid="plan-line">
      {planLine(report, firstRun)}
    </span>
  );
}

function RunButton() {
  const working = useRunView(isGoingOn);
  const empty = useDocument(
    (state) => state.file === null || Object.keys(state.graph.nodes).length === 0,
  );
  return (
    <RunOrCancel
      working={working}
      disabled={empty}
      run={() => void runShown()}
      cancel={() => void cancelRun()}
      byKey
    />
  );
}

const viewTitles = [
  ['canvas', 'Canvas'],
  ['notebook', 'Notebook'],
  ['app', 'App'],
] as const;

/** The views of the graph: canvas, notebook, app. */
function Views() {
  const empty = useDocument((state) => Object.keys(state.graph.nodes).length === 0);
  const isOpen = useDocument((state) => state.file !== null);
  const shown = useScreen((state) => state.view);
  // An empty graph has no form.
  const offered = viewTitles.filter(([view]) => view !== 'app' || !empty);
  return !isOpen ? null : (
    <span role="group" aria-label="View" className="view-switch">
      {offered.map(([view, title]) => (
        <button
          key={view}
          type="button"
          aria-pressed={view === shown}
          data-view={view}
          onClick={() => useScreen.getState().look(view)}
        >
          {title}
        </button>
      ))}
    </span>
  );
}

const panels = [
  { name: 'palette', title: 'left panel', key: 'B', Icon: LeftPanelIcon },
  { name: 'lower', title: 'lower panel', key: 'J', Icon: LowerPanelIcon },
  { name: 'inspector', title: 'inspector', key: 'I', Icon: RightPanelIcon },
] as const;

/** Folds the panels, and shows them again. */
function PanelButtons() {
  const collapsed = usePanels((state) => state.collapsed);
  const onCanvas = useScreen(({ view }) => view === 'canvas');
  if (!onCanvas) return null;
  return (
    <span className="flex">
      {panels.map(({ name, title, key, Icon }) => (
        <button
          key={name}
          type="button"
          className="icon-button aria-[pressed=false]:text-ink-3"
          aria-pressed={!collapsed[name]}
          aria-label={`Show the ${title}`}
          title={`${collapsed[name] ? 'Show' : 'Hide'} the ${title} (${keyName(key)})`}
          onClick={() => togglePanel(name)}
        >
          <Icon />
        </button>
      ))}
    </span>
  );
}

function ThemeButton() {
  const theme = useTheme();
  const dark = theme !== 'system' ? isDark(theme) : undefined;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label="Switch between light and dark"
      title="Switch between light and dark"
      onClick={() => setTheme(isDark(theme) ? 'light' : 'dark')}
    >
      {dark === true ? <LightIcon /> : <DarkIcon />}
    </button>
  );
}

/** Says that the server waits for its database or bucket. */
function OutagesChip() {
  const outages = useRunView((state) => state.outages);
  const [first] = outages;
  if (first === undefined) return null;
  const timeOf = (since: number): string => new Date(since).toLocaleTimeString();
  const lines = outages.map(
    ({ place, since }) => `${place} has not answered since ${timeOf(since)}.`,
  );
  return (
    <span
      className="chip inline-flex min-w-0 items-center gap-1"
      data-tone="working"
      role="status"
      title={`${lines.join('\n')}\nRuns wait for it and then go on.`}
      data-testid="outages"
    >
      waiting for <span className="max-w-48 truncate">{first.place}</span>{' '}
      <span>since {timeOf(first.since)}</span>
    </span>
  );
}

export function Header() {
  const connected = useRunView((state) => state.connected);
  const elsewhere = useRunView((state) => state.elsewhere.length > 0);
  const runsOnChange = useOpenRunsOnChange();
  const answering = useAnswering();
  const hasFile = useDocument((state) => state.file !== null);
  // After the first graph: the page is not to wait for it.
  const isSettled = useScreen(
    ({ begun, seen, view }) => begun && (seen || !hasFile || view !== 'canvas'),
  );
  return (
    <header className="flex min-h-11 items-center gap-3.5 border-b border-line bg-panel px-3.5 max-xl:gap-2 max-md:flex-wrap max-md:gap-x-2 max-md:gap-y-1 max-md:px-2 max-md:py-1">
      <h1 className="font-[650] tracking-[-0.01em]">Graft</h1>
      <Breadcrumb />
      <HistoryButtons />
      <Views />
      <span className="flex-1 max-md:hidden" />
      {connected ? null : (
        <span className="chip" data-tone="working" role="status">
          reconnecting
        </span>
      )}
      <OutagesChip />
      {elsewhere || runsOnChange || answering ? <HeaderChips /> : null}
      {isSettled ? <DownloadsChip /> : null}
      <PlanLine />
      <button type="button" className="button max-md:hidden" onClick={commandOf('show-plan').run}>
        Plan
      </button>
      <RunButton />
      <PanelButtons />
      <span className="flex">
        <button
          type="button"
          className="icon-button"
          aria-label="Settings"
          title={`Settings (${keyName(',')})`}
          onClick={commandOf('settings').run}
        >
          <SettingsIcon />
        </button>
        <ThemeButton />
      </span>
    </header>
  );
}
