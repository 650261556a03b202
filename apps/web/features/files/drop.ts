import { addNode, setParam } from '@graft/graph';
import { type FileToSend, nodeWidth, announce, nodeTypes, action } from '@graft/view';
import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { openFile } from '../../api/graphs/open-file.ts';
import { refreshFiles } from '../../api/graphs/graph-file.ts';
import { queries, queryClient } from '../../api/client.ts';
import type { DroppedData } from '../../kit/dropped-data.ts';
import { asSent, takeDropped } from '../../kit/dropped-entries.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What was dropped, and where. */
interface Dropped extends DroppedData {
  readonly target: Element;
  /** Pixels of the page. */
  readonly point: Point;
}

const loader = 'load-files';
/** What takes files: the canvas, the notebook, what stands there while no graph is open, and the list of files. */
const places = {
  canvas: '.react-flow',
  notebook: '.notebook-page',
  others: '[aria-label="How to begin"], [aria-label="Workspace"]',
};
const isGraph = (path: string): boolean => path.endsWith('.graft.json');
const isPackage = ({ name }: File): boolean => name.toLowerCase().endsWith('.graft.zip');

/** Adds a node that reads files, where they were dropped or where there is room: one edit. */
function addLoader(paths: readonly string[], point: Point | undefined): void {
  const { shown, edit } = useDocument.getState();
  const definition = nodeTypes().get(loader);
  if (definition === undefined) return;
  const { x, y } = point === undefined ? action('freePlace')() : action('canvasPlace')(point);
  const place = point === undefined ? { x, y } : { x: x - nodeWidth / 2, y: y - 17 };
  const { graph, id } = addNode(shown, definition, place);
  edit(() => setParam(graph, { node: id, param: 'paths' }, [...paths]));
  useScreen.getState().select([id]);
  announce(`Added ${definition.title}.`);
}

/** Brings files into the workspace: a graph is opened, and of data dropped onto the open graph a node reads it. */
function bring(files: readonly FileToSend[], read?: (paths: readonly string[]) => void): void {
  useOverlay.getState().show({
    fileQuestion: {
      ...{ folder: '', files },
      choose: (paths) => {
        void refreshFiles();
        void queryClient.invalidateQueries({ queryKey: queries.catalogue.material.queryKey() });
        const graph = paths.find(isGraph);
        const data = paths.filter((path) => !isGraph(path));
        // The graph of an earlier run takes no node.
        const takes = useDocument.getState().past === null;
        if (read !== undefined && takes && data.length > 0) read(data);
        else if (graph !== undefined) void openFile(graph);
        else
          useScreen.getState().notify({
            tone: 'info',
            message: `${data.join(', ')} ${data.length === 1 ? 'is' : 'are'} now in the workspace.`,
          });
      },
    },
  });
}

/** A single package is unpacked; `bringAll` takes files without one. */
function take(files: readonly File[], bringAll: () => void): void {
  const [sent] = files.filter(isPackage);
  if (sent === undefined) bringAll();
  else if (files.length === 1) useOverlay.getState().show({ unpacking: sent });
  else {
    const message = `Drop one package at a time, without other files: ${sent.name}.`;
    useScreen.getState().notify({ tone: 'error', message });
  }
}

/** Takes what was dropped onto the page. */
export function drop(dropped: Dropped): void {
  const { target, point } = dropped;
  const isOn = (place: string): boolean => target.closest(place) !== null;
  const isOnGraph = isOn(places.canvas) || isOn(places.notebook);
  if (!isOnGraph && !isOn(places.others)) return;
  take(dropped.files, () => {
    const isRead = isOnGraph && useDocument.getState().file !== null;
    const at = isOn(places.canvas) ? point : undefined;
    const read = isRead ? (paths: readonly string[]) => addLoader(paths, at) : undefined;
    takeDropped(dropped, (all) => bring(all, read));
  });
}

/** Takes files that were chosen. */
export function takeChosen(files: readonly File[]): void {
  take(files, () => bring(files.map(asSent)));
}
