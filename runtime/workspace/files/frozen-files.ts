import { checkRows, isFrozenFile, rowTypeOf } from '@graft/graph';
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

/** The files of frozen rows, edited by hand, checked row by row. `root` is a real path. */
export class FrozenFiles {
  readonly #files: RowFiles;

  constructor(root: string, stateFolder: string) {
    this.#files = new RowFiles(root, stateFolder, {
      accepts: isFrozenFile,
      refusal:
        'You can edit rows here only in frozen files (frozen/….jsonl). Edit other files with your editor.',
      what: 'rows',
      missing: 'There is no such file. Freeze the output again, or restore the file from git.',
    });
  }

  /** See `Workspace.readFrozen`. */
  read(file: string, limit: SizeLimit): Promise<RowFile> {
    return this.#files.read(file, limit);
  }

  /** See `Workspace.saveFrozen`. */
  save({ file, text, base, ...kind }: FrozenEdit, limit: SizeLimit): Promise<RowFile> {
    const { written } = kind;
    const check = (rows: string, named: string): void => {
      checkRows(rows, { type: rowTypeOf(kind), written, file: named });
    };
    return this.#files.save({ file, text, base, check }, limit);
  }
}
