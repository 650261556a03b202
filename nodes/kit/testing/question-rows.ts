import type { Answer, Chunk, Hit, Prompt, Question, QuestionHits } from '@graft/graph';

/** A chunk of a file with this text. */
export function chunkOf(path: string, text: string): Chunk {
  const source = {
    ...{ documentId: path, path, title: path.replace(/\.md$/, ''), start: 0, end: text.length },
    ...{ firstLine: 1, lastLine: 1 },
  };
  return { id: `${path}:0`, text, headings: [], source, metadata: {} };
}

/** A hit of it. */
export function hitOf(chunk: Chunk, rank: number, scores: Hit['scores'] = {}): Hit {
  return { rank, score: 1 / rank, scores, chunk };
}

/** A question with hits, by their paths and texts, best first. */
export function hitsOf(question: Question, found: Readonly<Record<string, string>>): QuestionHits {
  const hits = Object.entries(found).map(([path, text], at) => hitOf(chunkOf(path, text), at + 1));
  return { id: question.id, question, hits };
}

/** A prompt with these passages. */
export function promptOf(question: Question, passages: readonly string[]): Prompt {
  let text = '';
  const marked = passages.map((passage, at): Prompt['passages'][number] => {
    const { id: chunkId, source } = chunkOf(`${at + 1}.md`, passage);
    const start = text.length;
    text += `${passage}\n\n`;
    return { number: at + 1, chunkId, start, end: start + passage.length, score: 1, source };
  });
  text += question.question;
  return { id: question.id, question, text, passages: marked, tokens: 1, dropped: 0 };
}

/** An answer, of 10 tokens read and 2 written. */
export function answerOf(question: Question, text: string, more: Partial<Answer> = {}): Answer {
  return {
    ...{ id: question.id, question, text, citations: [] },
    ...{ promptTokens: 10, completionTokens: 2, finishReason: 'stop' },
    ...more,
  };
}
