import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventData } from './server-sent-events.ts';

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function read(text: string, size = 1 << 20): Promise<string[]> {
  const events: string[] = [];
  for await (const data of eventData(chunks(text, size))) events.push(data);
  return events;
}

it('gives the data of events, whatever ends their lines and wherever they are cut', async () => {
  const stream =
    ': a comment\nevent: message\ndata: {"é": 1}\n\ndata:two\ndata: lines\n\nid: 3\n\n';
  const wanted = ['{"é": 1}', 'two\nlines'];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.integer({ min: 1, max: 40 }),
      async (ending, size) => {
        expect(await read(stream.replaceAll('\n', ending), size)).toEqual(wanted);
      },
    ),
  );
});

it('gives an event that the end cuts off, and no line without an end', async () => {
  expect(await read('data: [DONE]')).toEqual(['[DONE]']);
  await expect(read(`data: ${'x'.repeat(3 << 20)}`, 1 << 16)).rejects.toThrow(RangeError);
});
