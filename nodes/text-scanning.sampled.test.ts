import { Readable } from 'node:stream';
import { abstains, type Document } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { chunk } from './chunk/node.ts';
import { run as runChunk } from './chunk/run.ts';
import { contains, exactMatch } from './evaluate/squad.ts';
import { cite } from './generate/cite.ts';
import { adversarialPages, adversarialTexts } from './kit/testing/adversarial-texts.ts';
import { type Scan, superlinear } from './kit/testing/growth.ts';
import { rowsInput, testContext } from './kit/testing/test-context.ts';
import { contentWords } from './kit/text/content-words.ts';
import { csvRows } from './kit/text/csv-rows.ts';
import { decodeText } from './kit/text/decode-text.ts';
import { jsonlRows } from './kit/text/jsonl-rows.ts';
import { markdownHeadings } from './kit/text/markdown-headings.ts';
import { sentences } from './kit/text/sentences.ts';
import { estimateTokens } from './kit/text/token-estimate.ts';
import { frontMatter } from './load-files/read-documents.ts';
import { plainLines } from './kit/text/plain-lines.ts';
import { readHtml, readHtmlAsMarkdown } from './kit/text/read-html.ts';
import { readXml } from './load-files/read-xml.ts';
import { splitParts } from './kit/text/split-parts.ts';
import { queryFault } from './load-sql/query-fault.ts';
import { linesIn, questionsIn } from './make-dataset/read-reply.ts';

/** Reads a stream to its end, whatever it says of the text. */
async function drain(rows: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _ of rows);
  } catch {
    // Most of these texts are no table; that is not asked here.
  }
}

async function chunkAll(
  text: string,
  params: Parameters<typeof chunk.params.parse>[0],
  mediaType = 'text/markdown',
) {
  const document: Document = {
    ...{ id: 'a', path: 'a.md', mediaType, title: 'A', text },
    ...{ offset: 0, line: 1, metadata: {} },
  };
  const all = chunk.params.parse(params);
  const inputs = { documents: rowsInput([document]) };
  const [chunking] = await runChunk.runItems(testContext(), [document], inputs, all);
  const payload = await chunking;
  if (payload === undefined || !Array.isArray(payload)) throw new Error('no pieces');
  await drain(Readable.from(runChunk.expand(document, payload, all)));
}

const scanners: Readonly<Record<string, Scan>> = {
  sentences,
  contentWords,
  estimateTokens,
  markdownHeadings,
  frontMatter,
  cite: (text) => cite(text, { text, passages: [], question: { id: 'q', question: text } }),
  abstains,
  'exact match': (text) => exactMatch(text, `${text} `),
  containment: (text) => contains(text, 'the key (of the kiln)'),
  questionsIn,
  linesIn,
  queryFault,
  plainLines,
  splitParts: (text) => drain(splitParts([text], 4096)),
  csvRows: (text) => drain(csvRows(Readable.from([text]), 'a.csv')),
  jsonlRows: (text) => drain(jsonlRows(Readable.from([text]), 'a.jsonl')),
  decodeText: (text) => drain(decodeText(Readable.from([Buffer.from(text)]), 'utf-8', 'a')),
  'chunk by lines': (text) => chunkAll(text, { size: 64, overlap: 16 }),
  'chunk by sentences': (text) => chunkAll(text, { method: 'sentence', size: 32, overlap: 8 }),
  'chunk code': (text) => chunkAll(text, { size: 64, overlap: 16 }, 'text/x-c'),
  'chunk by headings': (text) =>
    chunkAll(text, { method: 'markdown', unit: 'characters', size: 100, overlap: 20 }),
};

describe.each(Object.entries(scanners))('%s takes as long as its text', (_name, scan) => {
  it.each(Object.entries(adversarialTexts))('of %s', async (_text, textOf) => {
    expect(await superlinear(scan, textOf)).toBeUndefined();
  });
});

const pageReaders: Readonly<Record<string, Scan>> = {
  readHtml,
  readHtmlAsMarkdown,
  readXml: (text) => readXml(text, {}),
};

describe.each(Object.entries(pageReaders))('%s takes as long as its page', (_name, scan) => {
  it.each(Object.entries({ ...adversarialTexts, ...adversarialPages }))(
    'of %s',
    async (_page, pageOf) => {
      expect(await superlinear(scan, pageOf)).toBeUndefined();
    },
  );
});
