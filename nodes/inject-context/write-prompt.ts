import type { Hit, Passage, Prompt, QuestionHits } from '@graft/graph';
import { estimateTokens } from '../kit/text/token-estimate.ts';

export interface PromptForm {
  readonly top: number;
  /** Tokens, estimated, of the whole prompt. */
  readonly budget: number;
  readonly template: string;
  readonly passage: string;
}

/**
 * Writes the prompt of a question: its best hits in order, each numbered from 1, as many as fit the budget.
 * A passage's span is exact: `text.slice(start, end)` is the chunk's text.
 */
export function writePrompt({ id, question, hits }: QuestionHits, form: PromptForm): Prompt {
  const [before = '', after = ''] = form.template
    .split('{context}')
    .map((part) => part.replaceAll('{question}', () => question.question));
  const wanted = hits.slice(0, form.top);
  let room = form.budget - estimateTokens(before) - estimateTokens(after);
  let context = '';
  const passages: Passage[] = [];
  for (const hit of wanted) {
    const number = passages.length + 1;
    const { head, tail } = frame(hit, number, form.passage);
    const gap = number === 1 ? '' : '\n\n';
    const text = `${gap}${head}${hit.chunk.text}${tail}`;
    const cost = estimateTokens(text);
    if (cost > room) continue;
    room -= cost;
    const start = before.length + context.length + gap.length + head.length;
    context += text;
    passages.push({
      number,
      chunkId: hit.chunk.id,
      start,
      end: start + hit.chunk.text.length,
      score: hit.score,
      source: hit.chunk.source,
    });
  }
  // Without passages a template would speak of what is not there.
  const text = passages.length === 0 ? question.question : `${before}${context}${after}`;
  return {
    id,
    question,
    text,
    passages,
    tokens: estimateTokens(text),
    dropped: wanted.length - passages.length,
  };
}

/** What a passage's template puts before and after the chunk's text. */
function frame(hit: Hit, number: number, template: string): { head: string; tail: string } {
  const { source, headings } = hit.chunk;
  const values: Readonly<Record<string, string>> = {
    number: String(number),
    title: source.title,
    path: source.path,
    headings: headings.join(' › '),
    lines:
      source.firstLine === source.lastLine
        ? `${source.firstLine}`
        : `${source.firstLine}–${source.lastLine}`,
  };
  const [head = '', tail = ''] = template
    .split('{text}')
    .map((part) => part.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));
  return { head, tail };
}
