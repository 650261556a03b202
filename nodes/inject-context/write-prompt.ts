import { createHash } from 'node:crypto';
import type { Hit, Passage, Prompt, QuestionHits } from '@graft/graph';
import type { Order, passagePlaces } from './node.ts';
import { estimateTokens } from '../kit/text/token-estimate.ts';

export interface PromptForm {
  readonly top: number;
  /** Estimated tokens of the whole prompt. */
  readonly budget: number;
  readonly template: string;
  readonly passage: string;
  /** Order of the chosen passages; does not affect the choice. */
  readonly order: Order;
}

/**
 * Writes the prompt of a question with its best hits, as many as fit the budget, numbered from 1 in order. A passage's
 * span is exact: `text.slice(start, end)` is the chunk's text.
 */
export function writePrompt(row: QuestionHits, form: PromptForm): Prompt {
  const { id, question, hits } = row;
  const [before = '', after = ''] = form.template
    .split('{context}')
    .map((part) => part.replaceAll('{question}', () => question.question));
  const wanted = hits.slice(0, form.top);
  const room = form.budget - estimateTokens(before) - estimateTokens(after);
  const taken = inOrder(fitting(wanted, room, form.passage), question.question, form.order);
  let context = '';
  const passages: Passage[] = [];
  for (const [at, hit] of taken.entries()) {
    const { head, text } = written(hit, at + 1, form.passage);
    const start = before.length + context.length + head.length;
    context += text;
    passages.push({
      number: at + 1,
      chunkId: hit.chunk.id,
      start,
      end: start + hit.chunk.text.length,
      score: hit.score,
      source: hit.chunk.source,
    });
  }
  // Without passages, the template would mention missing ones.
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

/** The best hits that fit together; skips one that is too long in favour of shorter ones. */
function fitting(hits: readonly Hit[], tokens: number, template: string): Hit[] {
  const taken: Hit[] = [];
  let room = tokens;
  for (const hit of hits) {
    const cost = estimateTokens(written(hit, taken.length + 1, template).text);
    if (cost > room) continue;
    room -= cost;
    taken.push(hit);
  }
  return taken;
}

/** Question and passages determine the random order, so that a prompt is always the same. */
function inOrder(hits: readonly Hit[], question: string, order: Order): Hit[] {
  if (order === 'best-first') return [...hits];
  if (order === 'best-last') return hits.toReversed();
  const lot = ({ chunk }: Hit): string =>
    createHash('sha256')
      .update(JSON.stringify([question, chunk.text, chunk.id]))
      .digest('hex');
  return hits
    .map((hit) => ({ hit, lot: lot(hit) }))
    .sort((a, b) => (a.lot < b.lot ? -1 : 1))
    .map(({ hit }) => hit);
}

/** A passage in the context, with the preceding gap; `head` is what precedes the chunk's text. */
function written(hit: Hit, number: number, template: string): { head: string; text: string } {
  const { head, tail } = frame(hit, number, template);
  const begin = `${number === 1 ? '' : '\n\n'}${head}`;
  return { head: begin, text: `${begin}${hit.chunk.text}${tail}` };
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
  } satisfies Readonly<Record<Exclude<(typeof passagePlaces)[number], 'text'>, string>>;
  const [head = '', tail = ''] = template
    .split('{text}')
    .map((part) => part.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));
  return { head, tail };
}
