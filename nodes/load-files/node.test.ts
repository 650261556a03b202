import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, GraphError } from '@graft/graph';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { chunk as chunkNode } from '../chunk/node.ts';
import { run as cutting } from '../chunk/run.ts';
import { docx, epub, paragraph, run as textRun, styled } from '../kit/testing/office-files.ts';
import { sourceFile, rowsInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { loadFiles } from './node.ts';
import { run } from './run.ts';
import { splitParts } from '../kit/text/split-parts.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
type Params = Parameters<typeof run.expand>[2];

async function load(paths: string[], params: Partial<Params> = {}, folder = fixtures) {
  const files = await Promise.all(paths.map((path) => sourceFile(folder, path)));
  return runAll(run, files, { inputs: {}, params: loadFiles.params.parse({ paths, ...params }) });
}
async function problem(paths: string[], params: Partial<Params> = {}): Promise<GraphError> {
  const error: unknown = await load(paths, params).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GraphError);
  if (!(error instanceof GraphError)) throw error;
  return error;
}

describe('kinds', () => {
  it('takes a markdown title and metadata from front matter, and lines of the file', async () => {
    const [document] = await load(['notes.md']);
    expect(document).toMatchObject({
      id: 'notes.md',
      mediaType: 'text/markdown',
      title: 'Firing <script>alert(1)</script> notes',
      metadata: { author: 'Wren', year: 2025, draft: false },
      line: 8,
    });
    expect(document?.text).toBe('# Another heading\n\nThe kiln is lit at 05:40.\n');
  });

  it('drops scripts and styles of a page and breaks lines at blocks', async () => {
    const [document] = await load(['page.html']);
    expect(document?.title).toBe('Kilns & glazes');
    expect(document?.text).toBe(
      'Home\n\nKilns\n\nThe eastern kiln\nis lit at 05:40.\n\nfirst\nsecond <b>\n\nBowl | Price\nsmall | £22\n\nkeep\n  this',
    );
  });

  it('reads the pages of a PDF', async () => {
    const [document] = await load(['two-pages.pdf']);
    expect(document).toMatchObject({
      title: 'Firing notes',
      text: 'The eastern kiln is lit at 05:40.\nIt reaches 960 degrees.\n\nGlaze no. 7 needs a slow climb.',
      metadata: { pages: 2 },
    });
  });

  it('makes a document of each row of a table', async () => {
    const documents = await load(['bowls.csv', 'rows.jsonl']);
    expect(documents.map(({ id, line, title }) => [id, line, title])).toEqual([
      ['bowls.csv:1', 2, 'small'],
      ['bowls.csv:2', 3, 'medium'],
      ['rows.jsonl:1', 1, 'One'],
      ['rows.jsonl:2', 3, 'Two'],
    ]);
    expect(documents[1]?.text).toBe('title: medium\nprice: 34.00\nnotes: Two\nlines');
    expect(documents[2]?.text).toBe('title: One\ntext: First.\nyear: 2024\ntags: ["a"]');
  });

  it('takes the text from the chosen columns, the others as metadata', async () => {
    const [document] = await load(['rows.jsonl'], { textColumns: ['text'] });
    expect(document).toMatchObject({ text: 'First.', metadata: { title: 'One', year: 2024 } });
    const error = await problem(['rows.jsonl'], { textColumns: ['body'] });
    expect(error.message).toContain('no column "body"; it has title, text, year');
  });

  it('reads Word documents and books as Markdown, so that chunks know their headings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graft-books-'));
    const word = paragraph(textRun('Eastern'), styled('berschrift1')) + paragraph(textRun('Lit.'));
    await writeFile(join(folder, 'a.docx'), docx(word));
    await writeFile(join(folder, 'b.epub'), epub());
    const documents = await load(['a.docx', 'b.epub'], {}, folder);
    expect(documents.map(({ mediaType, title, metadata }) => [mediaType, title, metadata])).toEqual(
      [
        ['text/markdown', 'Firing & glazing', { author: 'Wren', created: '2025-03-01T08:00:00Z' }],
        ['text/markdown', 'Kilns', { author: 'Wren, Ash', date: '2024' }],
      ],
    );
    const chunks = await runAll(cutting, documents, {
      inputs: { documents: rowsInput(documents) },
      params: chunkNode.params.parse({ size: 8, overlap: 0 }),
    });
    const headings = (text: string) => chunks.find((one) => one.text.includes(text))?.headings;
    expect(headings('Lit.')).toEqual(['Eastern']);
    expect(headings('two')).toEqual(['First chapter', 'Glaze']);
    expect(headings('960')).toEqual(['The second chapter']);
    await writeFile(join(folder, 'c.docx'), 'broken');
    const rest = await load(['c.docx', 'b.epub'], { unreadable: 'skip' }, folder);
    expect(rest.map(({ path }) => path)).toEqual(['b.epub']);
    await rm(folder, { recursive: true });
  });

  it('reads source code as it stands where it is chosen, and knows its language', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graft-code-'));
    const text = 'def fire():\n\treturn  960 # °C\n';
    await writeFile(join(folder, 'Kiln.PY'), text);
    await writeFile(join(folder, 'film.ts'), Buffer.from([0x47, 0x40, 0, 0x11, 0]));
    const extensions: Params['extensions'] = ['code'];
    expect(await load(['Kiln.PY'], { extensions }, folder)).toEqual([
      expect.objectContaining({
        ...{ id: 'Kiln.PY', title: 'Kiln.PY', text, mediaType: 'text/x-python' },
        metadata: { language: 'python' },
      }),
    ]);
    await expect(load(['film.ts'], { extensions }, folder)).rejects.toMatchObject({
      ...{ code: 'damaged-file', location: { file: 'film.ts', param: 'paths' } },
      message: expect.stringContaining('is named like source code, but holds binary data'),
    });
    await expect(load(['Kiln.PY'], {}, folder)).rejects.toMatchObject({
      message: expect.stringContaining('For source code, add the kind "code"'),
    });
    await rm(folder, { recursive: true });
  });

  it('passes over other kinds, and kinds that were not chosen, and names them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graft-kinds-'));
    const names = ['a.md', 'b.csv', ...[1, 2, 3, 4, 5, 6].map((at) => `${at}.png`), 'kiln.py'];
    for (const name of names) await writeFile(join(folder, name), 'The kiln is lit.');
    const files = await Promise.all(names.map((name) => sourceFile(folder, name)));
    const log = vi.fn();
    const sources = [{ kind: 'files' as const, param: 'paths', files }];
    const params = loadFiles.params.parse({ paths: ['.', 'b.csv'], extensions: ['md'] });
    const ctx = { ...testContext(), sources, log };
    const documents = await runAll(run, files, { ctx, inputs: {}, params });
    await rm(folder, { recursive: true });
    expect(documents.map(({ path }) => path)).toEqual(['a.md']);
    expect(log.mock.calls).toEqual([
      ['warning', 'Skipped 1 file of source code, because “Kinds” lacks code: kiln.py.'],
      ['warning', 'Skipped 1 file of kinds that “Kinds” does not list: b.csv.'],
      [
        'info',
        'Skipped 6 files of kinds that “Kinds” does not list: 1.png, 2.png, 3.png, 4.png, 5.png and 1 more.',
      ],
    ]);
  });
});

describe('wide tables', () => {
  /** Bytes of all chunks of one row. */
  async function chunkBytes(columns: number): Promise<number> {
    const folder = await mkdtemp(join(tmpdir(), 'graft-wide-'));
    const names = Array.from({ length: columns }, (_, at) => `column${at}`);
    await writeFile(join(folder, 'wide.csv'), `${names.join(',')}\n${names.join(',')}\n`);
    const log = vi.fn();
    const [file] = [await sourceFile(folder, 'wide.csv')];
    const params = loadFiles.params.parse({ paths: ['wide.csv'] });
    const ctx = { ...testContext(), log };
    const documents: Document[] = [];
    for await (const payload of await run.runItems(ctx, [file], {}, params)) {
      if (!('documents' in payload)) throw new Error('not read');
      documents.push(...payload.documents);
    }
    await rm(folder, { recursive: true });
    expect(Object.keys(documents[0]?.metadata ?? {})).toHaveLength(Math.min(columns, 64));
    expect(documents[0]?.text.split('\n')).toHaveLength(columns);
    expect(log.mock.calls.length).toBe(columns > 64 ? 1 : 0);
    const chunks = await runAll(cutting, documents, {
      inputs: { documents: rowsInput(documents) },
      params: chunkNode.params.parse({ size: 64, overlap: 0 }),
    });
    return JSON.stringify(chunks).length;
  }

  it('give chunks that grow with their width, not with its square', async () => {
    expect(await chunkBytes(10)).toBeGreaterThan(0);
    const [narrow, wide] = [await chunkBytes(500), await chunkBytes(5000)];
    expect(wide / narrow).toBeLessThan(20);
  });
});

describe('encodings', () => {
  it('reads latin-1 and UTF-16, without the byte order mark', async () => {
    expect((await load(['latin-1.txt'], { encoding: 'latin-1' }))[0]?.text).toBe(
      'café is latin-1\n',
    );
    expect((await load(['utf-16.txt'], { encoding: 'utf-16le' }))[0]?.text).toBe('kiln');
  });

  it('names file and byte where the encoding does not fit', async () => {
    const error = await problem(['invalid.txt']);
    expect(error).toMatchObject({ code: 'bad-encoding', location: { file: 'invalid.txt' } });
    expect(error.message).toContain('invalid.txt is not valid UTF-8: the byte at offset 14');
    expect((await problem(['utf-16.txt'])).message).toContain('set the encoding to utf-16le');
  });
});

describe('what stops a run', () => {
  it.each([
    ['encrypted.pdf', 'encrypted-file', 'encrypted.pdf needs a password'],
    ['damaged.pdf', 'damaged-file', 'damaged.pdf is not a readable PDF'],
    ['broken.jsonl', 'bad-row', 'broken.jsonl, line 2: this is not JSON'],
    ['broken.csv', 'bad-row', 'broken.csv, row 2 (line 3): Invalid Record Length'],
  ])('%s', async (path, code, message) => {
    const error = await problem([path]);
    expect(error).toMatchObject({ code, location: { file: path } });
    expect(error.message).toContain(message);
  });

  it('is told when there is no file, or no text', async () => {
    expect((await problem([])).message).toContain(
      'There are no documents. The paths match no file.',
    );
    const error = await problem(['blank.txt']);
    expect(error).toMatchObject({
      code: 'bad-input',
      location: { node: 'node-1', param: 'paths' },
    });
  });

  it('says how it goes on without a file that cannot be read', async () => {
    expect((await problem(['notes.md', 'damaged.pdf'])).message).toBe(
      'damaged.pdf is not a readable PDF; it may be damaged. Open it and save it again, or remove it from the files. To continue without this file, set “Unreadable files” to skip.',
    );
  });

  it('goes on where it may skip', async () => {
    const documents = await load(['notes.md', 'damaged.pdf'], { unreadable: 'skip' });
    expect(documents.map(({ path }) => path)).toEqual(['notes.md']);
  });
});

it('leaves subfolders out where it is told to', () => {
  const sources = (paths: string[]) =>
    loadFiles.sources?.(loadFiles.params.parse({ paths, recursive: false }));
  expect(sources(['a', 'b/', '.', 'c/x.md', 'd/**/*.md'])).toEqual([
    { kind: 'files', param: 'paths', patterns: ['a/*', 'b/*', '*', 'c/x.md', 'd/**/*.md'] },
  ]);
});

it('splits any text into parts that make it up again', async () => {
  const pieces = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\n\n', ' ')),
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 4, max: 60 }), async (stream, max) => {
      const whole = stream.join('');
      let at = 0;
      for await (const part of splitParts(stream, max)) {
        expect(part.offset).toBe(at);
        expect(part.line).toBe(whole.slice(0, at).split('\n').length);
        expect(part.text).toBe(whole.slice(at, at + part.text.length));
        expect(part.text.length).toBeLessThanOrEqual(max);
        expect(part.text).not.toMatch(/^[\uDC00-\uDFFF]/);
        at += part.text.length;
      }
      expect(at).toBe(whole.length);
    }),
  );
});
