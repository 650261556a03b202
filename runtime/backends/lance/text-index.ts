import type { Table } from '@lancedb/lancedb';
import { lanceLibrary } from './lance-library.ts';
import type { textIndexLanguage } from './text-language.ts';

/** Indexes the words of a table's chunks for BM25. */
export async function indexText(
  table: Table,
  language: ReturnType<typeof textIndexLanguage>,
): Promise<void> {
  await table.createIndex('text', {
    config: lanceLibrary().lancedb.Index.fts({
      withPosition: false,
      asciiFolding: true,
      ...(language === undefined
        ? { stem: false, removeStopWords: false }
        : { language, stem: true, removeStopWords: true }),
    }),
  });
}
