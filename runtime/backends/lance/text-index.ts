import type { Table } from '@lancedb/lancedb';
import { lanceLibrary } from './lance-library.ts';
import { GraphError } from '@graft/graph';

/** Languages with a stemmer and stop words in the BM25 index, by ISO 639-1 code. */
const languages: Readonly<Record<string, string>> = {
  da: 'Danish',
  nl: 'Dutch',
  en: 'English',
  fi: 'Finnish',
  fr: 'French',
  de: 'German',
  hu: 'Hungarian',
  it: 'Italian',
  no: 'Norwegian',
  pt: 'Portuguese',
  ru: 'Russian',
  es: 'Spanish',
  sv: 'Swedish',
};

/** LanceDB's name of a language, by name or code; undefined for `none`: no stemming, no stop words. */
export function textIndexLanguage(language: string): string | undefined {
  const wanted = language.trim().toLowerCase();
  if (wanted === 'none') return undefined;
  const name =
    languages[wanted] ?? Object.values(languages).find((known) => known.toLowerCase() === wanted);
  if (name !== undefined) return name;
  throw new GraphError(
    'bad-param',
    `the BM25 index does not know the language "${language}"; use none, or one of ` +
      Object.values(languages).join(', '),
    { location: { param: 'language' } },
  );
}

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
