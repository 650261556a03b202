import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { epub, epubParts } from '../kit/testing/office-files.ts';
import { sourceFile } from '../kit/testing/test-context.ts';
import { zipFile } from '../kit/testing/zip-file.ts';
import { readEpub } from './read-epub.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-epub-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(bytes: Uint8Array) {
  await writeFile(join(folder, 'a.epub'), bytes);
  return readEpub(await sourceFile(folder, 'a.epub'), new AbortController().signal);
}
const chapters =
  '# First chapter\n\nLit at 05:40.\n\n## Glaze\n\n\\# not a heading\n\n    one\n    # two\n\n# The second chapter\n\nIt reaches 960 degrees.\n\na | b';

describe('a book', () => {
  it('is read in its order, with the titles of its table of contents where pages have none', async () => {
    expect(await read(epub())).toEqual({
      title: 'Kilns',
      text: chapters,
      facts: { author: 'Wren, Ash', date: '2024' },
    });
  });

  it('of EPUB 2 has its titles elsewhere', async () => {
    const { 'OPS/book.opf': opf = '', ...parts } = epubParts({
      'OPS/toc.ncx':
        '<ncx><docTitle><text>Kilns</text></docTitle><navMap><navPoint><navLabel><text>The second chapter</text></navLabel><content src="text/a.xhtml"/><navPoint><navLabel><text>Inner</text></navLabel><content src="text/a.xhtml#b"/></navPoint></navPoint></navMap></ncx>',
    });
    const old = opf
      .replace(
        /<item id="n"[^>]*>/,
        '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
      )
      .replace('<spine>', '<spine toc="n">');
    expect((await read(zipFile({ ...parts, 'OPS/book.opf': old }))).text).toBe(chapters);
  });

  it('has chapters that do not lie below the one before, whatever their headings are', async () => {
    const page = (body: string): string => `<html><body>${body}</body></html>`;
    const parts = epub({
      'OPS/text/b one.xhtml': page('<h2>One</h2><p>a</p>'),
      'OPS/text/a.xhtml': page('<h3>Part</h3><p>b</p>'),
    });
    expect((await read(parts)).text).toBe('# One\n\na\n\n# The second chapter\n\n### Part\n\nb');
  });

  it('may have fonts that are kept from being copied', async () => {
    const fonts =
      '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/><CipherData><CipherReference URI="OPS/text/a.xhtml"/></CipherData></EncryptedData></encryption>';
    expect((await read(epub({ 'META-INF/encryption.xml': fonts }))).text).toBe(chapters);
    const text = fonts.replace('http://www.idpf.org/2008/embedding', 'aes128-cbc');
    await expect(read(epub({ 'META-INF/encryption.xml': text }))).rejects.toMatchObject({
      code: 'encrypted-file',
      message: expect.stringContaining('a.epub is copy-protected'),
    });
    const named = text.replace('text/a.xhtml', 'text/b%20one.xhtml');
    await expect(read(epub({ 'META-INF/encryption.xml': named }))).rejects.toMatchObject({
      code: 'encrypted-file',
    });
  });

  it.each([
    ['is none', Buffer.from('not a zip')],
    ['names no package', zipFile({ mimetype: 'application/epub+zip' })],
    [
      'lacks its package',
      zipFile(
        Object.fromEntries(Object.entries(epubParts()).filter(([name]) => !name.endsWith('.opf'))),
      ),
    ],
    [
      'lacks a page',
      zipFile(
        Object.fromEntries(
          Object.entries(epubParts()).filter(([name]) => !name.endsWith('a.xhtml')),
        ),
      ),
    ],
    [
      'leads out of itself',
      epub({ 'META-INF/container.xml': '<rootfile full-path="../../etc/passwd"/>' }),
    ],
    [
      'is in no encoding',
      epub({ 'OPS/text/a.xhtml': '<?xml version="1.0" encoding="klingon"?><p>a</p>' }),
    ],
  ])('is refused where it %s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({
      ...{ code: 'damaged-file', location: { file: 'a.epub', param: 'paths' } },
      message: expect.stringMatching(/^a.epub is not an EPUB book that Graft can read/),
    });
  });
});
