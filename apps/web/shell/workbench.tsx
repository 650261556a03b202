import { QueryClientProvider } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { lazy, Suspense } from 'react';
import { queryClient } from '../api/client.ts';
import { Canvas } from '../canvas/canvas.tsx';
import { useKeys } from '../commands/keys.ts';
import { Inspector } from '../inspector/inspector.tsx';
import { Palette } from '../palette/palette.tsx';
import { useConflict } from '../state/conflict-store.ts';
import { useDocument } from '../state/document-store.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { useScreen } from '../state/screen-store.ts';
import { BottomPanel } from '../timeline/bottom-panel.tsx';
import { PastRunBanner } from '../timeline/past-run-banner.tsx';
import { Header } from './header.tsx';
import { Notices } from './notices.tsx';
import { Panels } from './panels.tsx';
import { useUpkeep } from './upkeep.ts';
import { keyName } from './platform.ts';

// Needed only when asked for.
const TrailBar = lazy(() => import('./trail-bar.tsx').then((part) => ({ default: part.TrailBar })));
const CommandMenu = lazy(() =>
  import('../palette/command-menu.tsx').then((part) => ({ default: part.CommandMenu })),
);
const SourceDialog = lazy(() =>
  import('../source/source-dialog.tsx').then((part) => ({ default: part.SourceDialog })),
);
const NameDialog = lazy(() =>
  import('../files/name-dialog.tsx').then((part) => ({ default: part.NameDialog })),
);
const StaleDialog = lazy(() =>
  import('./stale-dialog.tsx').then((part) => ({ default: part.StaleDialog })),
);
const PackDialog = lazy(() =>
  import('../files/pack-dialog.tsx').then((part) => ({ default: part.PackDialog })),
);
const UnpackDialog = lazy(() =>
  import('../files/unpack-dialog.tsx').then((part) => ({ default: part.UnpackDialog })),
);
const FirstScreen = lazy(() =>
  import('./first-screen.tsx').then((part) => ({ default: part.FirstScreen })),
);
const ShortcutSheet = lazy(() =>
  import('../commands/shortcut-sheet.tsx').then((part) => ({ default: part.ShortcutSheet })),
);
const ContextMenu = lazy(() =>
  import('../menus/context-menu.tsx').then((part) => ({ default: part.ContextMenu })),
);

function CanvasHint() {
  const file = useDocument((state) => state.file);
  const empty = useDocument((state) => Object.keys(state.shown.nodes).length === 0);
  if (!empty) return null;
  if (file === null) {
    return (
      <Suspense>
        <FirstScreen />
      </Suspense>
    );
  }
  return (
    <p className="pointer-events-none absolute inset-x-0 top-[38%] text-center text-ink-2">
      Drag a node from the left, or press {keyName('K')}.
    </p>
  );
}

/** Loaded when something is first gone into. */
function Trail() {
  const from = useDocument((state) => state.from);
  const within = useDocument(({ trail }) => trail.length > 0);
  return within || from.length > 0 ? (
    <Suspense>
      <TrailBar from={from} />
    </Suspense>
  ) : null;
}

function Dialogs() {
  const commandMenu = useScreen((state) => state.commandMenu);
  const { nameQuestion, shortcutSheet, packing, unpacking, menu } = useOverlay();
  const source = useScreen((state) => state.source);
  const { conflict, shown } = useConflict();
  return (
    <Suspense>
      {commandMenu ? <CommandMenu /> : null}
      {nameQuestion === null ? null : <NameDialog question={nameQuestion} />}
      {packing === null ? null : <PackDialog file={packing} />}
      {unpacking ? <UnpackDialog /> : null}
      {shortcutSheet ? <ShortcutSheet /> : null}
      {menu === null ? null : (
        <ContextMenu key={`${String(menu.at.x)} ${String(menu.at.y)}`} menu={menu} />
      )}
      {source !== null ? <SourceDialog span={source} /> : null}
      {shown && conflict !== null ? <StaleDialog conflict={conflict} /> : null}
    </Suspense>
  );
}

function Screen() {
  useUpkeep();
  useKeys();
  return (
    <div className="relative grid h-dvh grid-rows-[44px_minmax(0,1fr)] overflow-clip">
      <Header />
      <Panels
        left={<Palette />}
        canvas={
          <main className="relative h-full min-w-0">
            <Canvas />
            <CanvasHint />
            <div className="pointer-events-none absolute inset-x-0 top-0 z-10 flex flex-col *:pointer-events-auto">
              <PastRunBanner />
              <Trail />
            </div>
            <Notices />
          </main>
        }
        lower={<BottomPanel />}
        right={<Inspector />}
      />
      <Dialogs />
    </div>
  );
}

/** The whole screen. */
export function Workbench() {
  return (
    <QueryClientProvider client={queryClient}>
      <ReactFlowProvider>
        <Screen />
      </ReactFlowProvider>
    </QueryClientProvider>
  );
}
