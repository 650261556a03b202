import { isLabelsFile, parseLabels } from '@graft/graph';
import { RowFiles, type RowFile, type SizeLimit } from '../files/row-files.ts';

/** Labels for a file of them. */
export interface LabelsEdit {
  readonly file: string;
  /** The whole text: a label a line. */
  readonly text: string;
  /** The revision that the text was made from; empty where there was no file. */
  readonly base: string;
}

/** The files in which people say which answers are right, made by the first label. `root` is a real path. */
export class LabelFiles {
  readonly #files: RowFiles;

  constructor(root: string, stateFolder: string) {
    this.#files = new RowFiles(root, stateFolder, {
      accepts: isLabelsFile,
      refusal: 'The name of a label file must end in .labels.jsonl. Rename it.',
      what: 'labels',
    });
  }

  /**
   * The text of a file, `….labels.jsonl`, of at most `atMost` bytes; empty where there is none yet. Throws `too-large`,
   * `bad-encoding`, `outside-workspace`, and `bad-name` for any other file.
   */
  read(file: string, limit: SizeLimit): Promise<RowFile> {
    return this.#files.read(file, limit);
  }

  /**
   * Gives a file other labels. Atomic. Throws as `read` does; `bad-row` with each line that is no label, `stale-save` when
   * the file has another revision by now.
   */
  save(edit: LabelsEdit, limit: SizeLimit): Promise<RowFile> {
    return this.#files.save({ ...edit, check: parseLabels }, limit);
  }
}
