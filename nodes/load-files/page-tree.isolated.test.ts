import { setEnvironmentData, type Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startPdfThread } from './pdf-thread.ts';

/** Objects of a PDF, by their numbers from 1, as a file. */
function pdf(objects: readonly string[]): Uint8Array {
  const body = objects.map((object, at) => `${String(at + 1)} 0 obj\n${object}\nendobj\n`);
  const size = String(objects.length + 1);
  return Buffer.from(`%PDF-1.4\n${body.join('')}trailer<</Root 1 0 R/Size ${size}>>\n%%EOF`);
}

/** A page that says its number, whose contents are the object `contents`. */
const page = (parent: number, contents: number): string =>
  `<</Type/Page/Parent ${String(parent)} 0 R/MediaBox[0 0 99 99]/Contents ${String(contents)} 0 R` +
  '/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>';
const contents = (number: number): string => {
  const text = `BT /F 9 Tf 9 9 Td (${String(number)}) Tj ET`;
  return `<</Length ${String(text.length)}>>stream\n${text}\nendstream`;
};
const list = (kids: readonly number[]): string => kids.map((kid) => `${String(kid)} 0 R`).join(' ');

/** All pages in one list. */
function flat(count: number): Uint8Array {
  const numbers = Array.from({ length: count }, (_, at) => at);
  const kids = list(numbers.map((at) => 3 + 2 * at));
  return pdf([
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${String(count)}/Kids[${kids}]>>`,
    ...numbers.flatMap((at) => [page(2, 4 + 2 * at), contents(at + 1)]),
  ]);
}

/** Two lists of two pages within a list, the second one with a count that is wrong. */
const nested = pdf([
  '<</Type/Catalog/Pages 2 0 R>>',
  '<</Type/Pages/Count 4/Kids[3 0 R 4 0 R]>>',
  '<</Type/Pages/Parent 2 0 R/Count 2/Kids[5 0 R 7 0 R]>>',
  '<</Type/Pages/Parent 2 0 R/Count 9/Kids[9 0 R 11 0 R]>>',
  ...[1, 2, 3, 4].flatMap((number) => [page(number < 3 ? 3 : 4, 4 + 2 * number), contents(number)]),
]);

async function pagesOf(thread: Worker, data: Uint8Array): Promise<unknown> {
  const answered = once(thread, 'message');
  thread.postMessage({ data: Uint8Array.from(data), most: 2 ** 30 });
  const [answer] = await answered;
  return answer;
}

/** How often pdf.js looks something up to read a PDF. */
async function lookups(count: number): Promise<number> {
  const looks = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData('looks', looks);
  const counting = `{
    const looks = require('node:worker_threads').getEnvironmentData('looks');
    for (const type of [Map, Set]) {
      const has = type.prototype.has;
      type.prototype.has = function (key) { looks[0] += 1; return has.call(this, key); };
    }
  }`;
  const thread = startPdfThread(counting);
  await pagesOf(thread, flat(count));
  await thread.terminate();
  return looks[0] ?? 0;
}

it('has its pages in their order, in one list or in several', async () => {
  const thread = startPdfThread();
  expect(await pagesOf(thread, flat(12))).toMatchObject({
    pages: Array.from({ length: 12 }, (_, at) => String(at + 1)),
  });
  expect(await pagesOf(thread, nested)).toMatchObject({ pages: ['1', '2', '3', '4'] });
  await thread.terminate();
});

it('finds pages that are all in one list without looking through them for each', async () => {
  const [some, more] = [await lookups(200), await lookups(400)];
  expect(more / some).toBeLessThan(2.5);
});
