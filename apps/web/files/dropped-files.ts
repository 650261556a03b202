import { setParam } from '@graft/graph';
import { useEffect } from 'react';
import { nodeWidth } from '../canvas/card-size.ts';
import { canvasPlace } from '../canvas/viewport.ts';
import { announce } from '../state/announcement.ts';
import { useDocument } from '../state/document-store.ts';
import { openFile, refreshFiles } from '../state/file-actions.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { withNodeTypes } from '../state/registry.ts';
import { useScreen } from '../state/screen-store.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

const loader = 'load-files';
const isGraph = (path: string): boolean => path.endsWith('.graft.json');

/** Adds a node that reads files, where they were dropped: one edit. */
function addLoader(paths: readonly string[], point: Point): void {
  withNodeTypes(({ registry, addNode }) => {
    const { shown, edit } = useDocument.getState();
    const definition = registry.get(loader);
    if (definition === undefined) return;
    const { x, y } = canvasPlace(point);
    const place = { x: x - nodeWidth / 2, y: y - 17 };
    const { graph, id } = addNode(shown, definition, place);
    edit(() => setParam(graph, { node: id, param: 'paths' }, [...paths]));
    useScreen.getState().select([id]);
    announce(`Added ${definition.title}.`);
  });
}

/** Brings files into the workspace: a graph is opened, and of data dropped onto the canvas a node reads it. */
function bring(files: readonly File[], onCanvas: Point | undefined): void {
  useOverlay.getState().show({
    fileQuestion: {
      ...{ folder: '', files },
      choose: (paths) => {
        void refreshFiles();
        const graph = paths.find(isGraph);
        const data = paths.filter((path) => !isGraph(path));
        if (onCanvas !== undefined && data.length > 0) addLoader(data, onCanvas);
        else if (graph !== undefined) void openFile(graph);
      },
    },
  });
}

/** Takes files that are dropped onto the canvas or the list of the workspace's files; elsewhere nothing comes of it. */
export function useDroppedFiles(): void {
  useEffect(() => {
    const over = (event: DragEvent): void => {
      // Else the browser would leave the page for the file.
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0 || event.defaultPrevented || !(event.target instanceof Element))
        return;
      event.preventDefault();
      const onCanvas = event.target.closest('.react-flow') !== null;
      if (!onCanvas && event.target.closest('[aria-label="Workspace"]') === null) return;
      bring(files, onCanvas ? { x: event.clientX, y: event.clientY } : undefined);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);
}
