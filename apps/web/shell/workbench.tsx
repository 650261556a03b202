import { QueryClientProvider } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { queryClient } from '../api/client.ts';
import { isAsking } from '../api/graphs/asked-link.ts';
import { Canvas } from '../features/canvas/canvas.tsx';
import { useKeys } from './keys.ts';
import { Inspector } from '../features/inspector/inspector.tsx';
import { Palette } from '../features/palette/palette.tsx';
import {
  useAnnouncement,
  useConflict,
  useDocument,
  useRunView,
  useOverlay,
  usePanels,
  useScreen,
} from '../kit/stores.ts';
import { isAsked, closeOverlays } from '@graft/view';
import { BottomPanel } from './bottom-panel.tsx';
import { Header } from './header.tsx';
import { Notices } from './notices.tsx';
import { Panels } from './panels.tsx';
import { provideFeatures } from './features.ts';
import { useUpkeep } from './upkeep.ts';
import { keyName } from '../kit/chord.ts';
import { part, PartFailure } from '../kit/part.tsx';

// Imported with the screen: as a chunk of its own, the bundler would duplicate what both share.
export { begin } from './begin.ts';

provideFeatures();

const FirstScreen = part(() => import('./first-screen.tsx').then((loaded) => loaded.FirstScreen));

const PastRunBanner = part(() =>
  import('../features/runs/past-run-banner.tsx').then((loaded) => loaded.PastRunBanner),
);

const TrailBar = part(() => import('./trail-bar.tsx').then((loaded) => loaded.TrailBar));

const ContextMenu = part(
  () => import('./context-menu.tsx').then((loaded) => loaded.ContextMenu),
  FailedDialog,
);

const SourceDialog = part(
  () => import('../features/source/source-dialog.tsx').then((loaded) => loaded.SourceDialog),
  FailedDialog,
);

const CommandMenu = part(
  () => import('../features/palette/command-menu.tsx').then((loaded) => loaded.CommandMenu),
  FailedDialog,
);

const AskedDialogs = part(
  () => import('./asked-dialogs.tsx').then((loaded) => loaded.AskedDialogs),
  FailedDialog,
);

// Loaded on demand.
const AppView = part(() => import('./app-screen.tsx').then((loaded) => loaded.AppView));
const AskScreen = part(() => import('./ask-screen.tsx').then((loaded) => loaded.AskScreen));
const NotebookView = part(() =>
  import('./notebook-screen.tsx').then((loaded) => loaded.NotebookView),
);
const CompareView = part(() =>
  import('../features/compare/compare-view.tsx').then((loaded) => loaded.CompareView),
);

function CanvasHint() {
  const begun = useScreen((state) => state.begun);
  const file = useDocument((state) => state.file);
  const empty = useDocument((state) => Object.keys(state.shown.nodes).length === 0);
  if (!empty) return null;
  if (file === null) {
    // Not while the first graph is loading.
    return !begun ? null : <FirstScreen />;
  }
  return (
    <p className="pointer-events-none absolute inset-x-0 top-[38%] text-center text-ink-2">
      Drag a node from the left, or press {keyName('K')}.
    </p>
  );
}

/** Above the canvas: the banner of a past run, and the trail of entered graphs. */
function Banners() {
  const past = useRunView((state) => state.past);
  const from = useDocument((state) => state.from);
  const within = useDocument(({ trail }) => trail.length > 0);
  return (
    <>
      {past ? <PastRunBanner /> : null}
      {within || from.length > 0 ? <TrailBar from={from} /> : null}
    </>
  );
}

function Dialogs() {
  const commandMenu = useScreen((state) => state.commandMenu);
  const menu = useOverlay((state) => state.menu);
  const source = useScreen((state) => state.source);
  const asked = useOverlay(isAsked);
  const stale = useConflict(({ conflict, shown }) => shown && conflict !== null);
  return (
    <>
      {commandMenu ? <CommandMenu /> : null}
      {asked || stale ? <AskedDialogs /> : null}
      {menu === null ? null : (
        <ContextMenu key={`${String(menu.at.x)} ${String(menu.at.y)}`} menu={menu} />
      )}
      {source !== null ? <SourceDialog span={source.span} /> : null}
    </>
  );
}

/** The notebook, or a comparison of runs. */
function PageScreen({ compares }: { readonly compares: boolean }) {
  return (
    <div className="notebook-screen">
      <Header />
      <div className="relative flex min-h-0 flex-col">
        {compares ? null : <Banners />}
        <div className="min-h-0 flex-1">{compares ? <CompareView /> : <NotebookView />}</div>
        <Notices />
      </div>
      <Dialogs />
    </div>
  );
}

/** The graph as a form and its outputs. */
function AppScreen() {
  return (
    <div className="app-screen relative h-dvh overflow-clip">
      <AppView />
      <Notices />
      <Dialogs />
    </div>
  );
}

/** Always drawn: screen readers announce only changes of an element that exists. */
function Announcement() {
  const message = useAnnouncement((state) => state.message);
  return (
    <p role="status" className="sr-only" data-testid="announcement">
      {message}
    </p>
  );
}

function Screen() {
  const view = useScreen((state) => state.view);
  useUpkeep();
  useKeys();
  return (
    <>
      {view === 'app' ? (
        <AppScreen />
      ) : view === 'canvas' ? (
        <CanvasScreen />
      ) : (
        <PageScreen compares={view === 'compare'} />
      )}
      <Announcement />
    </>
  );
}

/** The page behind an ask link. */
function Asking() {
  return (
    <>
      <AskScreen />
      <Announcement />
    </>
  );
}

function CanvasScreen() {
  const fullPage = usePanels((state) => state.fullPage);
  return (
    <div className="relative grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] overflow-clip">
      <Header />
      <Panels
        left={<Palette />}
        canvas={
          <div className="flex h-full min-w-0 flex-col">
            <Banners />
            <div className="relative min-h-0 flex-1">
              <Canvas />
              <CanvasHint />
              {fullPage ? null : <Notices />}
            </div>
          </div>
        }
        lower={<BottomPanel />}
        right={
          <>
            <Inspector />
            {fullPage ? <Notices /> : null}
          </>
        }
      />
      <Dialogs />
    </div>
  );
}

/** The whole screen. */
export function Workbench() {
  return (
    <QueryClientProvider client={queryClient}>
      <ReactFlowProvider>{isAsking() ? <Asking /> : <Screen />}</ReactFlowProvider>
    </QueryClientProvider>
  );
}

/** Cancels the request for the dialog. */
function close(): void {
  useScreen.getState().show({ commandMenu: false, openEnd: null, source: null });
  closeOverlays();
  useConflict.setState({ shown: false });
}

/** Replaces a dialog or menu that could not be fetched. */
function FailedDialog({ retry }: { readonly retry: () => void }) {
  return (
    <div className="fixed inset-x-0 top-[18%] z-30 mx-auto w-[560px] overflow-hidden rounded-[10px] border border-line-strong bg-panel shadow-(--shadow)">
      <PartFailure retry={retry}>
        <button type="button" className="button small" onClick={close}>
          Close
        </button>
      </PartFailure>
    </div>
  );
}
