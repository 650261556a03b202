import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { sourceFile } from '../kit/testing/test-context.ts';
import { readPdf } from './read-pdf.ts';

/** A PDF of one page with that content, packed; `entries` are what else its stream says of itself. */
function pdf(content: Buffer, entries = ''): Buffer {
  const packed = deflateSync(content);
  const objects = [
    Buffer.from('<</Type/Catalog/Pages 2 0 R>>'),
    Buffer.from('<</Type/Pages/Kids[3 0 R]/Count 1>>'),
    Buffer.from(
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 4 0 R>>>>>>',
    ),
    Buffer.concat([
      Buffer.from(`<</Length ${packed.length}/Filter/FlateDecode${entries}>>stream\n`),
      packed,
      Buffer.from('\nendstream'),
    ]),
    Buffer.from('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'),
  ];
  const body = objects.map((object, at) =>
    Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]),
  );
  return Buffer.concat([
    Buffer.from('%PDF-1.4\n'),
    ...body,
    Buffer.from('trailer<</Root 1 0 R/Size 6>>\n%%EOF'),
  ]);
}

describe('a PDF', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-pdf-'));
  });
  afterEach(() => void vi.useRealTimers());
  afterAll(() => rm(folder, { recursive: true }));

  const read = async (bytes: Buffer, signal = new AbortController().signal) => {
    await writeFile(join(folder, 'a.pdf'), bytes);
    return readPdf(await sourceFile(folder, 'a.pdf'), signal);
  };
  const small = pdf(Buffer.from('BT /F 9 Tf 9 9 Td (lit at 05:40) Tj ET'));

  const bombs = [
    ['of text', '(a)Tj ', ''],
    ['of blanks', '        ', ''],
    ['marked as an image', '(a)Tj ', '/Type/XObject/Subtype/Image/Width 1/Height 1'],
    ['marked as a form that is drawn', '(a)Tj ', '/Type/XObject/Subtype/Form/BBox[0 0 9 9]'],
  ] as const;
  it.each(bombs.slice(0, Math.ceil(bombs.length * inject('share'))))(
    'with a stream %s that unpacks to 200 MB is refused, and the next is read',
    async (_, text, entries) => {
      const bytes = pdf(
        Buffer.concat([Buffer.from('BT /F 9 Tf '), Buffer.alloc(2e8, text)]),
        entries,
      );
      // What it takes is limited too, which a busy machine may come to first.
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const before = process.memoryUsage().rss;
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
      const reading = read(bytes);
      await expect(reading).rejects.toMatchObject({
        code: 'too-large',
        location: { file: 'a.pdf' },
        message: expect.stringMatching(
          /unpacks a page to more than \d+ MiB, which is the limit for its size/,
        ),
      });
      clearInterval(watch);
      expect(most - before).toBeLessThan(400e6);
      await expect(read(small)).resolves.toEqual({ title: '', text: 'lit at 05:40', pages: 1 });
    },
  );

  it('is left alone when the step is cancelled', async () => {
    const ends = new AbortController();
    // Two million operators, none of them wrong.
    const reading = read(pdf(Buffer.alloc(8e6, 'q Q ')), ends.signal);
    setTimeout(() => ends.abort(new Error('cancelled')), 20);
    const before = process.cpuUsage();
    await expect(reading).rejects.toThrow('cancelled');
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(2_000);
  });

  it('is read beside others', async () => {
    await writeFile(join(folder, 'b.pdf'), small);
    const file = await sourceFile(folder, 'b.pdf');
    const texts = await Promise.all(
      [1, 2, 3].map(() => readPdf(file, new AbortController().signal)),
    );
    expect(texts.map(({ text }) => text)).toEqual(Array(3).fill('lit at 05:40'));
  });

  it('at which the library fails where nobody waits for it ends no process, and the next one is read', async () => {
    const whole = await readFile(join(import.meta.dirname, 'fixtures/two-pages.pdf'), 'latin1');
    const broken = whole
      .replace('>> /Contents 5', 's 5')
      .replace(/(6 0 obj\n.*2 0 R) .*Resources /, '$1.) Tj 0 -16 Td (It [0 0 300 200] /Resources\\')
      .replace('0000000000 65535 f', '0000000000 650000000000 65535 f');
    await expect(read(Buffer.from(broken, 'latin1'))).rejects.toMatchObject({
      code: 'damaged-file',
    });
    await expect(read(Buffer.from(whole, 'latin1'))).resolves.toMatchObject({
      text: expect.stringContaining('eastern kiln'),
    });
  });
});
