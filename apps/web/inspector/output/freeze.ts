import { freezeOutput, rowsReader, portTypes, type ArtifactRef } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { api } from '../../api/client.ts';
import { useDocument, undo } from '../../state/document-store.ts';
import { report } from '../../state/file-actions.ts';
import { nodeTypes } from '../../state/registry.ts';
import { useScreen } from '../../state/screen-store.ts';

/** Whether an output of a node of this file has rows that a text file can hold, and is none already. */
export function canFreeze(node: string, artifact: ArtifactRef): boolean {
  const type = Object.values(portTypes).find(({ mediaType }) => mediaType === artifact.mediaType);
  const found = useDocument.getState().graph.nodes[node];
  return type?.encoding === 'jsonl' && found !== undefined && found.type !== rowsReader;
}

/** Writes an output's rows to a file and puts a node that reads it in the node's place: one step of the history. */
export async function freeze(output: {
  readonly node: string;
  readonly port: string;
  readonly artifact: ArtifactRef;
}): Promise<void> {
  const { file } = useDocument.getState();
  const registry = nodeTypes();
  const reader = registry.get(rowsReader);
  if (file === null || reader === undefined) return;
  try {
    const written = await api.artifacts.freeze.mutate({ graph: file.path, ...output });
    if (useDocument.getState().file?.path !== file.path) return;
    let id = output.node;
    useDocument.getState().edit((graph) => {
      const frozen = freezeOutput(graph, output, { registry, reader, ...written });
      id = frozen.id;
      return frozen.graph;
    });
    useScreen.getState().select([id]);
    useScreen.getState().notify({
      tone: 'info',
      message: `${plural(written.rows, 'row')} are kept in ${written.file}, which stands in the node’s place. Edit the file as you like; the run reads it anew.`,
      action: { label: 'Undo', run: undo },
    });
  } catch (error) {
    report(error);
  }
}
