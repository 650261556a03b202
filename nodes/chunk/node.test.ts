import type { Chunk, Document } from '@graft/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAll, rowsInput } from '../kit/testing/test-context.ts';
import { estimateTokens } from '../kit/text/token-estimate.ts';
import { enclosingLines } from './code-lines.ts';
import { coveredText } from './covered-text.ts';
import { chunk } from './node.ts';
import { run } from './run.ts';

type Params = Parameters<typeof run.expand>[2];

function documentOf(text: string, parts: Partial<Document> = {}): Document {
  return {
    id: 'a.md',
    path: 'a.md',
    mediaType: 'text/markdown',
    title: 'A',
    text,
    offset: 0,
    line: 1,
    metadata: {},
    ...parts,
  };
}
function chunksOf(document: Document, params: Partial<Params>): Promise<Chunk[]> {
  const documents = rowsInput([document]);
  const all = chunk.params.parse(params);
  return runAll(run, [document], { inputs: { documents }, params: all });
}

/** Texts of paragraphs, lists, headings, long words, emoji and stray white space. */
const texts = fc
  .array(
    fc.oneof(
      fc.lorem({ maxCount: 12, mode: 'sentences' }),
      fc.constantFrom(
        '\n',
        '\n\n',
        ' \r\n\r\n',
        '# One\n',
        '\n## Two\n',
        '```\n# no heading\n```\n',
        '\t',
      ),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constant('x'.repeat(300)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(' '));
const settings = fc.record({
  method: fc.constantFrom('recursive' as const, 'sentence' as const, 'markdown' as const),
  unit: fc.constantFrom('tokens' as const, 'characters' as const),
  size: fc.integer({ min: 8, max: 120 }),
  overlapShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
  offset: fc.integer({ min: 0, max: 1000 }),
  mediaType: fc.constantFrom('text/markdown', 'text/x-python'),
});

describe('for any text and settings', () => {
  it('spans are exact, cover all but white space, keep the size, and lines are right', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        settings,
        async (text, { overlapShare, offset, mediaType, ...rest }) => {
          const params = { ...rest, overlap: Math.floor(rest.size * overlapShare) };
          const document = documentOf(text, { offset, mediaType, line: 7 });
          const chunks = await chunksOf(document, params);
          const covered = new Uint8Array(text.length);
          const measure =
            params.unit === 'tokens' ? estimateTokens : (t: string): number => t.length;
          for (const { text: piece, source } of chunks) {
            const [start, end] = [source.start - offset, source.end - offset];
            expect(piece).toBe(text.slice(start, end));
            const isCode = mediaType !== 'text/markdown' && rest.method !== 'sentence';
            expect(piece).toBe(isCode ? piece.trimEnd() : piece.trim());
            expect(piece.trim()).not.toBe('');
            expect(measure(piece)).toBeLessThanOrEqual(params.size);
            expect(source.firstLine).toBe(6 + text.slice(0, start).split('\n').length);
            expect(source.lastLine).toBe(6 + text.slice(0, end).split('\n').length);
            covered.fill(1, start, end);
          }
          const missed =
            Array.from(text).length === 0
              ? ''
              : [...covered.keys()]
                  .filter((at) => covered[at] === 0)
                  .map((at) => text.charAt(at))
                  .join('');
          expect(missed.trim()).toBe('');
          expect(new Set(chunks.map(({ id }) => id)).size).toBe(chunks.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('overlaps are no longer than asked, and never the whole of the chunk before', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        settings,
        async (text, { overlapShare, offset: _, mediaType, ...rest }) => {
          const overlap = Math.floor(rest.size * overlapShare);
          const chunks = await chunksOf(documentOf(text, { mediaType }), { ...rest, overlap });
          const measure = rest.unit === 'tokens' ? estimateTokens : (t: string): number => t.length;
          for (const [at, { source }] of chunks.entries()) {
            const before = chunks[at - 1]?.source;
            if (before === undefined) continue;
            expect(source.start).toBeGreaterThan(before.start);
            expect(source.end).toBeGreaterThan(before.end);
            if (source.start < before.end) {
              expect(measure(text.slice(source.start, before.end))).toBeLessThanOrEqual(overlap);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

it('repeats no more than asked where that would part a character', async () => {
  const params = { method: 'recursive', unit: 'characters', size: 13, overlap: 6 } as const;
  const [first, second] = await chunksOf(documentOf('Vitae cras. 𐀀𐀀!𐀀!'), params);
  expect((first?.source.end ?? 0) - (second?.source.start ?? 0)).toBeLessThanOrEqual(6);
});

it('repeats whole sentences of the chunk before as far as they fit', async () => {
  const text = Array.from({ length: 12 }, (_, at) => `Sentence number ${at} is here.`).join(' ');
  const chunks = await chunksOf(documentOf(text), { method: 'sentence', size: 30, overlap: 8 });
  expect(chunks.length).toBeGreaterThan(2);
  for (const [at, { source }] of chunks.entries()) {
    const before = chunks[at - 1]?.source;
    if (before === undefined) continue;
    expect(text.slice(source.start, before.end)).toMatch(/^Sentence number \d+ is here\.$/);
  }
});

it('cuts markdown at headings, keeps sections that fit whole, and knows their path', async () => {
  const words = (count: number): string =>
    Array.from({ length: count }, (_, at) => `word${at % 7}.`).join(' ');
  const text = `# Kilns\n\nIntro here.\n\n## Eastern\n\n${words(10)}\n\n### Quirks\n\n${words(10)}\n\n## Western\n\n${words(40)}\n`;
  const chunks = await chunksOf(documentOf(text), { method: 'markdown', size: 80, overlap: 0 });
  expect(chunks.map(({ headings }) => headings)).toEqual([
    ['Kilns'],
    ['Kilns', 'Eastern'],
    ['Kilns', 'Western'],
    ['Kilns', 'Western'],
  ]);
  expect(chunks[1]?.text).toMatch(/^## Eastern[\s\S]*### Quirks[\s\S]*word2\.$/);
});

it('takes a document that fits as one chunk, with a stable id', async () => {
  const [only, ...others] = await chunksOf(documentOf('# Hi\n\nShort.\n'), { method: 'markdown' });
  expect(others).toEqual([]);
  expect(only).toMatchObject({ id: 'a.md:0', text: '# Hi\n\nShort.', headings: ['Hi'] });
});

describe('source code', () => {
  const python = [
    'import os',
    '',
    '# Fires.',
    'class Kiln(Oven):',
    '    "A kiln."',
    '',
    '    def fire(self, degrees):',
    '        if degrees > 960:',
    '            raise TooHot(degrees)',
    '        self.lit = True',
    '',
    '    def cool(self):',
    '        self.lit = False',
    '',
    'def main():',
    '    Kiln().fire(900)',
    '',
  ].join('\n');
  const code = documentOf(python, { mediaType: 'text/x-python' });

  it('is cut where definitions begin, keeps its indentation, and says what it is within', async () => {
    const chunks = await chunksOf(code, { size: 180, overlap: 0, unit: 'characters' });
    expect(chunks.map(({ text, headings }) => [text, headings])).toEqual([
      [python.slice(0, python.indexOf('    def cool')).trimEnd(), []],
      [python.slice(python.indexOf('    def cool')).trimEnd(), ['class Kiln(Oven)']],
    ]);
    const smaller = await chunksOf(code, { size: 100, overlap: 0, unit: 'characters' });
    expect(smaller.map(({ text }) => text.split('\n')[0])).toEqual([
      'import os',
      '    def fire(self, degrees):',
      '        self.lit = True',
      'def main():',
    ]);
  });

  it('names all that a line is within, through brackets on lines of their own', () => {
    const lines = [
      'export class Kiln {',
      '  fire(',
      '    degrees: number,',
      '  ): void {',
      '    // Hot.',
      '    if (degrees > 960) {',
      '      throw new Error("too hot");',
      '    }',
      '    light();',
      '  }',
      '}',
    ];
    const text = lines.join('\n');
    const at = (part: string): number => text.indexOf(part);
    expect(enclosingLines(text, [at('if ('), at('throw'), at('light'), text.length - 1])).toEqual([
      ['export class Kiln', 'fire'],
      ['export class Kiln', 'fire', 'if (degrees > 960)'],
      ['export class Kiln', 'fire'],
      ['export class Kiln'],
    ]);
  });

  it('is cut as prose where whole sentences are asked for', async () => {
    const chunks = await chunksOf(code, { method: 'sentence', size: 8, overlap: 0 });
    expect(chunks.every(({ headings }) => headings.length === 0)).toBe(true);
  });
});

it('gives nothing for blank text', async () => {
  expect(await chunksOf(documentOf(' \n\n\t '), {})).toEqual([]);
});

it('is refused an overlap of more than half the size', () => {
  const clashes = chunk.check?.(
    chunk.params.parse({ size: 100, overlap: 51 }),
    {},
    () => undefined,
  );
  expect(clashes).toEqual([expect.objectContaining({ param: 'overlap' })]);
});

it('cuts a part of half a million characters', async () => {
  const text = Array.from({ length: 90_000 }, (_, at) =>
    at % 12 === 11 ? 'word.\n' : 'word',
  ).join(' ');
  const chunks = await chunksOf(documentOf(text), {});
  expect(chunks.length).toBeGreaterThan(300);
});

it('shows chunks whose text was edited whole, and the others over their source', async () => {
  const text = Array.from({ length: 30 }, (_, at) => `Sentence ${at} stands here.`).join(' ');
  const chunks = await chunksOf(documentOf(text), { size: 30, overlap: 10 });
  const at = 1;
  const second = chunks[at]!;
  const edited = chunks.with(at, { ...second, text: `Edited: ${second.text}` });
  const runs = coveredText(edited);
  expect(runs.filter(({ chunks: holding }) => holding.includes(at))).toEqual([
    { start: second.source.start, text: `Edited: ${second.text}\n`, chunks: [at] },
  ]);
  for (const [index, chunk] of chunks.entries()) {
    if (index === at) continue;
    const own = runs.filter(({ chunks: holding }) => holding.includes(index));
    expect(own.map((run) => run.text).join('')).toBe(chunk.text);
  }
  expect(runs.every(({ chunks: holding }) => holding.length > 0)).toBe(true);
});

it('puts the source text together again for the preview, overlaps marked', async () => {
  const text = Array.from({ length: 30 }, (_, at) => `Sentence ${at} stands here.`).join(' ');
  const chunks = await chunksOf(documentOf(text), { size: 30, overlap: 10 });
  const runs = coveredText(chunks);
  expect(runs.map((run) => run.text).join('')).toBe(text);
  expect(runs.filter(({ chunks: holding }) => holding.length === 2)).toHaveLength(
    chunks.length - 1,
  );
});
