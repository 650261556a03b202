/**
 * The rows of artifacts: the only place that knows how rows lie in bytes.
 *
 * - Steps write an output with `writeArtifact` and read an input with `readInput` (`artifact-codec.ts`). Rows are JSON
 *   lines (`jsonl.ts`) or, with vectors, Arrow (`vectors.ts`), and are checked both ways.
 * - Code that needs all rows reads them with `readRows`, in the current version of their type (`stored-rows.ts`).
 * - People look at rows through `ArtifactRows`: page, pick, find by id, sort, search, export. It reads artifacts where they
 *   are, of any size, without a copy or a database: `LineReader` reaches any row, and `rowPattern` searches bytes.
 */
export { treeInfoFile, readInput, writeArtifact } from './artifact-codec.ts';
export { ArtifactRows, type ArtifactPage } from './artifact-rows.ts';
export { exportFormats, exportMediaTypes, exportRows, type ExportFormat } from './export-rows.ts';
export { lineAt, splitLines } from './jsonl.ts';
export { inTurns, RowBlocks } from './row-blocks.ts';
export { portTypeOf, readBlocks, readRows } from './stored-rows.ts';
