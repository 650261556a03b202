import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { largestSitemap, readSitemap } from './read-sitemap.ts';
import { sitemap } from './testing/sitemap.ts';

const site = 'https://pottery.example';

describe('sitemaps', () => {
  it('of more entries than they may have give the first', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 50_001 }, (_, at) => [`${site}/${at}`, '']),
    );
    const read = (text: string) => readSitemap({ url: site, body: Buffer.from(text) }, site);
    expect((await read(sitemap(entries))).pages).toHaveLength(50_000);
    expect((await read(Object.keys(entries).join('\n'))).pages).toHaveLength(50_000);
  });

  it('may be packed, or a text with an address a line', async () => {
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    const xml = sitemap({ [`${site}/a?x=1&amp;y=2`]: '' });
    const listed = { pages: [{ url: `${site}/a?x=1&y=2`, changed: '' }], maps: [], long: 0 };
    const read = (body: Uint8Array) => readSitemap({ url: site, body }, site);
    expect(await read(gzipSync(xml))).toEqual(listed);
    expect(await read(encode(`${site}/a?x=1&y=2\n`))).toEqual(listed);
  });

  it('are read in whatever they are written', async () => {
    const xml = sitemap({ [`${site}/ü`]: '2026-01-02' });
    const wide = Buffer.from(xml, 'utf16le');
    const stated = (encoding: string): string => xml.replace('?>', ` encoding="${encoding}"?>`);
    for (const body of [
      ...[Buffer.from(`\uFEFF${xml}`), Buffer.from(`\uFEFF${xml}`, 'utf16le'), wide],
      ...[Buffer.from(wide).swap16(), Buffer.from(`\uFEFF${xml}`, 'utf16le').swap16()],
      ...[Buffer.from(stated('ISO-8859-1'), 'latin1'), Buffer.from(stated('utf-16'))],
      ...[Buffer.from(stated('klingon')), gzipSync(wide)],
    ]) {
      expect((await readSitemap({ url: site, body }, site)).pages).toEqual([
        { url: `${site}/%C3%BC`, changed: '2026-01-02' },
      ]);
    }
    const list = Buffer.from(`\uFEFF${site}/a\n${site}/b`, 'utf16le');
    expect((await readSitemap({ url: site, body: list }, site)).pages).toHaveLength(2);
  });

  it.each([
    ['a page', '<html><body>No list</body></html>', 'bad-input'],
    ['words', 'nothing to see', 'bad-input'],
    ['a deep tree', '<urlset>'.repeat(100_000), 'bad-input'],
    ['what unpacks without end', gzipSync(Buffer.alloc(largestSitemap + 1)), 'too-large'],
    ['what is not packed', Buffer.from([0x1f, 0x8b, 1, 2, 3]), 'bad-input'],
  ])('are no %s', async (_, body, code) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    await expect(readSitemap({ url: site, body: bytes }, site)).rejects.toMatchObject({ code });
  });
});
