import { checkRows, isFrozenFile, rowTypeOf, type ArtifactStore } from '@graft/graph';
import { writeFrozenRows, type OutputOfNode, type WrittenRows } from './frozen-rows.ts';
import { RowFiles, type RowFile, type SizeLimit } from './row-files.ts';

/** New rows for a frozen file. */
export interface FrozenEdit {
  readonly file: string;
  /** The whole text: an object a line. */
  readonly text: string;
  /** The revision that the text was made from. */
  readonly base: string;
  /** Id of the rows' port type, and the version that they were written in, as the node that reads them says; 0: the newest. */
  readonly type: string;
  readonly written: number;
}

export interface FrozenFilesParts {
  /** A real path. */
  readonly root: string;
  readonly stateFolder: string;
  readonly artifacts: ArtifactStore;
}

/** The files of frozen rows, edited by hand, checked row by row. */
export class FrozenFiles {
  readonly #files: RowFiles;

  readonly #parts: FrozenFilesParts;

  constructor(parts: FrozenFilesParts) {
    const { root, stateFolder } = parts;
    this.#parts = parts;
    this.#files = new RowFiles(root, stateFolder, {
      accepts: isFrozenFile,
      refusal:
        'You can edit rows here only in frozen files (frozen/….jsonl). Edit other files with your editor.',
      what: 'rows',
      missing: 'There is no such file. Freeze the output again, or restore the file from git.',
    });
  }

  /** Writes an output's rows to a new file, for `load-rows`. Throws `bad-input` for an output without rows of text. */
  write(output: OutputOfNode): Promise<WrittenRows> {
    return writeFrozenRows(this.#parts, output);
  }

  /**
   * The text of a file of frozen rows, `frozen/….jsonl`, of at most `atMost` bytes. Throws `missing-file`, `too-large`,
   * `bad-encoding`, `outside-workspace`, and `bad-name` for any other file.
   */
  read(file: string, limit: SizeLimit): Promise<RowFile> {
    return this.#files.read(file, limit);
  }

  /**
   * Gives such a file other rows. Atomic. Throws as `read` does; `bad-row` with each row that is not of its type,
   * `bad-input` without rows, `stale-save` when the file has another revision by now.
   */
  save({ file, text, base, ...kind }: FrozenEdit, limit: SizeLimit): Promise<RowFile> {
    const { written } = kind;
    const check = (rows: string, named: string): void => {
      checkRows(rows, { type: rowTypeOf(kind), written, file: named });
    };
    return this.#files.save({ file, text, base, check }, limit);
  }
}
