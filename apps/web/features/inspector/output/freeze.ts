import {
  freezeOutput,
  rowsReader,
  portTypes,
  type ArtifactRef,
  type Graph,
  readRowsOf,
  type GraphNode,
} from '@graft/graph';
import { count, plural } from '@graft/nodes/kit/ui';
import { api } from '../../../api/client.ts';
import {
  bodyAt,
  countUses,
  type HistoryMark,
  markHistory,
  placeOf,
  shownOf,
  undoTo,
  undoUntil,
  withShown,
  refusePast,
  nodeTypes,
} from '@graft/view';
import { useDocument, useOverlay, useScreen } from '../../../kit/stores.ts';
import { report } from '../../../api/graphs/graph-file.ts';
import { goTo } from '../../../api/graphs/navigation.ts';

/** An output of a step. */
export interface OutputOfStep {
  /** The step: its node's path. */
  readonly node: string;
  readonly port: string;
  readonly artifact: ArtifactRef;
}

/** Rows that were written to a file, and where the history stood before a node reads it. */
type Written = Awaited<ReturnType<typeof api.artifacts.freeze.mutate>> & {
  readonly before: HistoryMark;
  /** The node that reads it: its path. */
  readonly path: string;
};
/** Whether an output of a step of this file has rows that a text file can hold, and is none already. */
export function canFreeze(step: string, artifact: ArtifactRef): boolean {
  const type = Object.values(portTypes).find(({ mediaType }) => mediaType === artifact.mediaType);
  const found = placeOf(useDocument.getState().graph, step)?.node;
  return type?.encoding === 'jsonl' && found !== undefined && found.type !== rowsReader;
}

/** Why an output cannot be frozen where it is: each of several uses or rounds gives rows of its own. Undefined where it can. */
function freezeRefusal(graph: Graph, step: string): string | undefined {
  const { trail = [] } = placeOf(graph, step) ?? {};
  const loop = trail.find(({ round }) => round !== undefined);
  if (loop !== undefined) {
    return `Each round of “${loop.node}” has rows of its own, but frozen rows would replace them in every round. Freeze the loop’s output instead.`;
  }
  const body = bodyAt(trail);
  const uses = body === undefined ? 1 : countUses(graph, body);
  return uses > 1
    ? `The subgraph “${body ?? ''}” is used ${count(uses)} times, and frozen rows would replace this output in all of them. Inline this use first, or freeze the subgraph’s output.`
    : undefined;
}

/**
 * Writes an output's rows to a file and puts a node that reads it in the node's place: one step of the history. Undefined
 * where that cannot be; why is on the screen.
 */
async function freezeRows(output: OutputOfStep): Promise<Written | undefined> {
  const { file, graph, past } = useDocument.getState();
  const registry = nodeTypes();
  const reader = registry.get(rowsReader);
  if (file === null || reader === undefined) return undefined;
  if (past !== null) {
    // Else the rows would be written, and nothing would read them.
    refusePast();
    return undefined;
  }
  const message = freezeRefusal(graph, output.node);
  if (message !== undefined) {
    useScreen.getState().notify({ tone: 'info', message });
    return undefined;
  }
  try {
    const written = await api.artifacts.freeze.mutate({ graph: file.path, ...output });
    if (useDocument.getState().file?.path !== file.path) return undefined;
    const before = markHistory();
    let path = output.node;
    useDocument.getState().editFile((current) => {
      const place = placeOf(current, output.node);
      if (place === undefined) return current;
      const { trail, id: node } = place;
      const of = { node, port: output.port };
      const frozen = freezeOutput(shownOf(current, trail), of, { registry, reader, ...written });
      path = output.node.slice(0, -node.length) + frozen.id;
      return withShown(current, trail, frozen.graph);
    });
    goTo(path);
    return { ...written, before, path };
  } catch (error) {
    report(error);
    return undefined;
  }
}

/** Freezes an output, and says so. */
export async function freeze(output: OutputOfStep): Promise<void> {
  const written = await freezeRows(output);
  if (written === undefined) return;
  useScreen.getState().notify({
    tone: 'info',
    message: `Froze ${plural(written.rows, 'row')} to ${written.file}, which takes the node’s place. Edit the file as you like: the next run reads it.`,
    action: {
      label: 'Undo',
      run: () => undoUntil((graph) => placeOf(graph, written.path)?.node === undefined),
    },
  });
}

/** Freezes an output, and opens the editor on its rows; who leaves it without saving has frozen nothing. */
async function editOutput(output: OutputOfStep): Promise<void> {
  const written = await freezeRows(output);
  if (written === undefined) return;
  const { file, type, version, before } = written;
  const giveUp = (): void => undoTo(before);
  useOverlay.getState().show({ editedRows: { file, type, written: version, giveUp } });
}

/** A way to edit rows, as a button says it. */
export interface EditWish {
  readonly label: string;
  readonly title: string;
  readonly run: () => void;
}

/** How the rows of an output are edited: where they are frozen, else once they are. Undefined where they cannot be. */
export function editWish(
  node: GraphNode | undefined,
  output: OutputOfStep | undefined,
): EditWish | undefined {
  const frozen = readRowsOf(node);
  if (frozen !== undefined) {
    const run = (): void => useOverlay.getState().show({ editedRows: frozen });
    return { label: 'Edit the rows', title: `Edit the rows in ${frozen.file} …`, run };
  }
  if (output === undefined) return undefined;
  return {
    label: 'Edit this output',
    title: 'Edit this output …: freezes its rows to a file that takes the node’s place',
    run: () => void editOutput(output),
  };
}
