import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exportRows, outputPath, portTypeOf, readRows } from '@graft/engine';
import { GraphError, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import {
  hasCode,
  hashFile,
  partialPath,
  placeNewFile,
  removePartials,
  replaceFile,
} from '@graft/kit';
import { graphSuffix, requirePortablePath, requireVisible } from './graph-path.ts';
import { isFileOf } from '../package/write-new-file.ts';
import { writeError } from './write-error.ts';

/** An output's rows, written to a file of the workspace. */
export interface WrittenRows {
  /** Below the workspace, with `/`. */
  readonly file: string;
  /** Id and version of the port type of the rows. */
  readonly type: string;
  readonly version: number;
  readonly rows: number;
}

export interface OutputOfNode {
  /** Path of the graph file. */
  readonly graph: string;
  readonly node: string;
  readonly port: string;
  readonly artifact: ArtifactRef;
}

/** What is no rows of text, in words. */
const keptAs = { tree: 'a folder', vectors: 'vectors', json: 'one value' } as const;

/** Tries of another name, where one is taken. */
const mostCopies = 1000;

/**
 * Writes the rows of an output as `frozen/GRAPH/NODE.PORT.jsonl`. A file of that name with the same rows stays as it is;
 * one with others, which may have been edited, stays too, and the new file gets a number. Throws `bad-input` for what has no rows that a text can hold, `no-space`.
 */
export async function writeFrozenRows(
  { root, artifacts }: { readonly root: string; readonly artifacts: ArtifactStore },
  { graph, node, port, artifact }: OutputOfNode,
): Promise<WrittenRows> {
  const type = portTypeOf(artifact);
  if (type.encoding !== 'jsonl') {
    throw new GraphError(
      'bad-input',
      `Outputs of type ${type.id} cannot be frozen: they are ${keptAs[type.encoding]}, not rows of text. Freeze an input of this node.`,
      { location: { file: graph, node, port } },
    );
  }
  const stem = `frozen/${graph.slice(0, -graphSuffix.length)}/${node.replaceAll('/', '.')}.${port}`;
  requireVisible(stem);
  requirePortablePath(stem);
  // No link leads out of the workspace.
  const folder = dirname(await outputPath(root, stem));
  const draft = partialPath(folder);
  await removePartials(folder);
  let rows = 0;
  try {
    await replaceFile(draft, async (append) => {
      const counted = async function* (): AsyncGenerator<unknown> {
        for await (const row of readRows(artifacts, artifact, type)) {
          rows += 1;
          yield row;
        }
      };
      for await (const block of exportRows(counted, 'jsonl')) await append(Buffer.from(block));
    });
    const name = await place(draft, basename(stem));
    return { file: `${dirname(stem)}/${name}`, type: type.id, version: type.version, rows };
  } catch (error) {
    throw writeError(error, { file: stem, what: 'the rows were not written' });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Gives a written file, in its folder, the first name that is free, or that of a file with the same bytes. */
async function place(draft: string, stem: string): Promise<string> {
  const { digest } = await hashFile(draft);
  for (let copy = 1; copy <= mostCopies; copy += 1) {
    const name = copy === 1 ? `${stem}.jsonl` : `${stem}-${String(copy)}.jsonl`;
    const path = join(dirname(draft), name);
    try {
      await placeNewFile(draft, path);
      return name;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      if (await isFileOf(path, digest)) return name;
    }
  }
  throw new GraphError(
    'name-taken',
    `This output already has ${String(mostCopies)} frozen files. Delete some of them.`,
  );
}
