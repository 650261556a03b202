import type { SourceFile } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { superlinear } from '../kit/testing/growth.ts';
import {
  docx,
  epub,
  epubParts,
  listed,
  paragraph,
  run,
  styled,
} from '../kit/testing/office-files.ts';
import { readDocx } from './read-docx.ts';
import { readEpub } from './read-epub.ts';

const signal = new AbortController().signal;
function file(path: string, bytes: Buffer): SourceFile {
  const stream = async function* () {
    yield await Promise.resolve(bytes);
  };
  return { path, digest: 'd', size: bytes.length, bytes: () => Promise.resolve(bytes), stream };
}
const readBook = (parts: Record<string, string>) => readEpub(file('a.epub', epub(parts)), signal);
const readWord = (body: string, parts: Record<string, string>) =>
  readDocx(file('a.docx', docx(body, parts)), signal);

/** So often that it has about that length. */
const filled = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length));
const paragraphs = (of: string, length: number): string =>
  filled(paragraph(run('x'), of), 2 * length);

const opf = epubParts()['OPS/book.opf'] ?? '';
/** A book of EPUB 2 with that table of contents. */
const ncx = (points: string): Record<string, string> => ({
  'OPS/book.opf': opf
    .replace(/<item id="n"[^>]*>/, '<item id="n" href="toc.ncx"/>')
    .replace('<spine>', '<spine toc="n">'),
  'OPS/toc.ncx': `<ncx><navMap>${points}</navMap></ncx>`,
});
/** A book whose spine names one resource again and again. */
const spine = (item: string, length: number): Record<string, string> => ({
  'OPS/book.opf': opf
    .replace('<manifest>', `<manifest><item id="z" href="text/a.xhtml" ${item}/>`)
    .replace('<spine>', `<spine>${filled('<itemref idref="z"/>', length)}`),
});
const list = (level: string): Record<string, string> => ({
  'word/numbering.xml': `<w:numbering><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0">${level}</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>`,
});

const hostile: Readonly<Record<string, (length: number) => Promise<unknown>>> = {
  'one long title for many places': (length) =>
    readBook(
      ncx(
        `<navLabel><text>${filled('a b ', length)}</text></navLabel>${filled('<content src="x"/>', length)}`,
      ),
    ),
  'text between many places': (length) =>
    readBook(ncx(`<navLabel/>${filled('<content src="x"/>a', 2 * length)}`)),
  'places without an end of their title': (length) =>
    readBook(ncx(`<navLabel>${filled('<content src="x"/>a', 2 * length)}`)),
  'properties of an item that is named often': (length) =>
    readBook(spine(`media-type="text/html" properties="${filled('a ', length)}"`, length)),
  'the type of an item that is named often': (length) =>
    readBook(spine(`media-type="${filled('h', length)}"`, length)),
  'a reference that goes up and down': (length) =>
    readBook(
      ncx(
        `<navLabel><text>a</text></navLabel><content src="${filled('b/', length)}${filled('a/../', length)}"/>`,
      ),
    ),
  'a document whose place goes up and down': (length) =>
    readWord(paragraph(run('a')), {
      '_rels/.rels': `<Relationship Type="x/officeDocument" Target="${filled('b/', length)}${filled('a/../', length)}"/>`,
    }),
  'a long text for labels': (length) =>
    readWord(
      paragraphs(listed(1), length),
      list(`<w:numFmt w:val="decimal"/><w:lvlText w:val="${filled('%1.', length)}"/>`),
    ),
  'blanks as a text for labels': (length) =>
    readWord(
      paragraphs(listed(1), length),
      list(`<w:numFmt w:val="decimal"/><w:lvlText w:val="${filled(' ', length)}%1"/>`),
    ),
  'a long name of a style of many paragraphs': (length) =>
    readWord(paragraphs(styled('s'), length), {
      'word/styles.xml': `<w:styles><w:style w:styleId="s"><w:name w:val="s"/><w:basedOn w:val="${filled('b', length)}"/></w:style><w:style w:styleId="${filled('b', length)}"/></w:styles>`,
    }),
};

describe.each(Object.entries(hostile))('%s', (_, scan) => {
  it('costs no more than its length', async () => {
    const reading = (text: string) => scan(text.length).catch(() => undefined);
    expect(await superlinear(reading, (length) => ' '.repeat(length))).toBeUndefined();
  });
});

it('a title of a table of contents is as long as a title may be', async () => {
  const title = 'a'.repeat(10_000);
  const points = `<navLabel><text>${title}</text></navLabel><content src="text/a.xhtml"/>`;
  const { text } = await readBook(ncx(points));
  expect(text).toContain(`\n\n# ${'a'.repeat(255)}…\n\nIt reaches`);
});

it('a label that would be too long is a bullet, wherever its text is long', async () => {
  const label = async (text: string): Promise<string> => {
    const level = `<w:numFmt w:val="decimal"/><w:lvlText w:val="${text}"/>`;
    return (await readWord(paragraph(run('x'), listed(1)), list(level))).text;
  };
  expect(await label(`  (%1)${' '.repeat(1000)}`)).toBe('(1) x');
  expect(await label('%1'.repeat(40))).toBe(`${'1'.repeat(40)} x`);
  expect(await label('%1'.repeat(41))).toBe('- x');
  expect(await label(`a${' '.repeat(100)}b`)).toBe('- x');
});
