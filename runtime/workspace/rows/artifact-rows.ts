import {
  findRows,
  orderRows,
  pickRows,
  readPage,
  RowReader,
  searchRows,
  type RowMatches,
  type RowOrder,
  type RowSearch,
} from '@graft/engine';
import type { ArtifactRef, ArtifactStore } from '@graft/graph';
import { exportArtifact } from '../export/export-artifact.ts';
import type { ExportFormat } from '../export/export-rows.ts';

/** A page of an artifact, for previews. `rows` are validated by the port type; vectors come as number arrays. */
export interface ArtifactPage {
  readonly total: number;
  readonly rows: readonly unknown[];
}

/** The rows of artifacts. Numbers of rows count from 0. */
export class ArtifactRows {
  readonly #artifacts: ArtifactStore;
  /** Remembers where the rows of the artifacts last read begin. */
  readonly #reader: RowReader;

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
    this.#reader = new RowReader(artifacts);
  }

  page(artifact: ArtifactRef, offset: number, limit: number): Promise<ArtifactPage> {
    return readPage(this.#artifacts, artifact, { offset, limit, reader: this.#reader });
  }

  /** The rows with these ids, in the artifact's order; leaves out ids that it does not have. */
  find(artifact: ArtifactRef, ids: readonly string[]): Promise<readonly unknown[]> {
    return findRows(this.#artifacts, artifact, ids);
  }

  /** The rows with these numbers, in their order. */
  pick(artifact: ArtifactRef, numbers: readonly number[]): Promise<readonly unknown[]> {
    return pickRows(this.#artifacts, artifact, { numbers, reader: this.#reader });
  }

  /** The numbers of all rows in the order of a column. Throws `bad-input` for an unknown column. */
  order(artifact: ArtifactRef, order: RowOrder): Promise<readonly number[]> {
    return orderRows(this.#artifacts, artifact, order);
  }

  /** The rows that hold a text, wherever they are. */
  search(artifact: ArtifactRef, search: RowSearch): Promise<RowMatches> {
    return searchRows({ artifacts: this.#artifacts, reader: this.#reader }, artifact, search);
  }

  /** All rows, written for use elsewhere, in blocks of text. */
  export(artifact: ArtifactRef, format: ExportFormat): AsyncIterable<string | Uint8Array> {
    return exportArtifact(this.#artifacts, artifact, format);
  }
}
