import type { Chunk, QuestionHits } from '@graft/graph';
import { prose } from '../report/prose.ts';
import { seededRandom } from '../report/random.ts';

/** Chunks of 1 to 12 sentences, and questions with so many hits among them, as retrieval over a corpus gives them. */
export function questionsWithHits(size: {
  readonly questions: number;
  readonly hits: number;
  readonly chunks: number;
}): QuestionHits[] {
  const random = seededRandom(11);
  const chunks = Array.from({ length: size.chunks }, (_, i) =>
    toChunk(prose(i, 1 + Math.floor(12 * random() ** 2)), i),
  );
  return Array.from({ length: size.questions }, (_, q) => {
    const id = `question-${String(q)}`;
    const places = new Set<number>();
    while (places.size < Math.min(size.hits, chunks.length)) {
      places.add(Math.floor(random() * chunks.length));
    }
    const hits = [...places].flatMap((place, at) => {
      const chunk = chunks[place];
      return chunk === undefined ? [] : [{ rank: at + 1, score: 1 / (at + 1), scores: {}, chunk }];
    });
    return { id, question: { id, question: prose(100_000 + q, 1) }, hits };
  });
}

function toChunk(text: string, i: number): Chunk {
  const id = `chunk-${String(i)}`;
  const span = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
  const source = { documentId: id, path: id, title: id, ...span };
  return { id, text, headings: [], source, metadata: {} };
}
