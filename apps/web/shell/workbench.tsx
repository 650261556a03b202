import { QueryClientProvider } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { queryClient } from '../api/client.ts';
import { Canvas } from '../canvas/canvas.tsx';
import { Inspector } from '../inspector/inspector.tsx';
import { CommandMenu } from '../palette/command-menu.tsx';
import { Palette } from '../palette/palette.tsx';
import { useConflict } from '../state/conflict-store.ts';
import { useDocument } from '../state/document-store.ts';
import { useScreen } from '../state/screen-store.ts';
import { SourceDialog } from '../source/source-dialog.tsx';
import { BottomPanel } from '../timeline/bottom-panel.tsx';
import { Header } from './header.tsx';
import { NewGraphDialog } from './new-graph-dialog.tsx';
import { Notices } from './notices.tsx';
import { useShortcuts } from './shortcuts.ts';
import { StaleDialog } from './stale-dialog.tsx';
import { useUpkeep } from './upkeep.ts';
import { keyName } from './platform.ts';

function CanvasHint() {
  const file = useDocument((state) => state.file);
  const empty = useDocument((state) => Object.keys(state.graph.nodes).length === 0);
  if (!empty) return null;
  return (
    <p className="pointer-events-none absolute inset-x-0 top-[38%] text-center text-ink-2">
      {file === null
        ? 'Open a graph on the left, or make a new one.'
        : `Drag a node from the left, or press ${keyName('K')}.`}
    </p>
  );
}

function Dialogs() {
  const commandMenu = useScreen((state) => state.commandMenu);
  const newGraph = useScreen((state) => state.newGraphDialog);
  const source = useScreen((state) => state.source);
  const { conflict, shown } = useConflict();
  return (
    <>
      {commandMenu ? <CommandMenu /> : null}
      {newGraph ? <NewGraphDialog /> : null}
      {source !== null ? <SourceDialog span={source} /> : null}
      {shown && conflict !== null ? <StaleDialog conflict={conflict} /> : null}
    </>
  );
}

function Screen() {
  useUpkeep();
  useShortcuts();
  return (
    <div className="grid h-dvh grid-cols-[220px_minmax(0,1fr)_372px] grid-rows-[44px_minmax(0,1fr)]">
      <div className="col-span-3 min-w-0">
        <Header />
      </div>
      <Palette />
      <div className="grid min-h-0 min-w-0 grid-rows-[minmax(0,1fr)_clamp(120px,25vh,270px)]">
        <main className="relative min-h-0 min-w-0">
          <Canvas />
          <CanvasHint />
          <Notices />
        </main>
        <BottomPanel />
      </div>
      <Inspector />
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
