import { plainWords } from '../kit/text/word-pair-sketch.ts';

/** Most code units of a wording. */
const longest = 400;

/**
 * The wordings that a reply lists: one a line, with or without a dash, number or quotation marks, or a JSON list.
 * Ignores the question itself, repetitions, and introductions. Empty: unreadable.
 */
export function readVariants(reply: string, question: string, most: number): string[] {
  const text = withoutThoughts(reply);
  const seen = new Set([key(question)]);
  const variants: string[] = [];
  for (const line of linesOf(text)) {
    const variant = line
      .replace(/^\s*(?:[-*•–]|\(?\d{1,2}[.):]|question:)\s*/i, '')
      .replace(/^["“'‘*]+|["”'’*,]+$/g, '')
      .trim();
    const isWording = variant.length <= longest && !variant.endsWith(':');
    if (!isWording || key(variant) === '' || seen.has(key(variant))) continue;
    seen.add(key(variant));
    variants.push(variant);
  }
  return variants.slice(0, most);
}

/** A passage in a reply; undefined if it is empty or repeats the question. */
export function readPassage(reply: string, question: string): string | undefined {
  const text = withoutThoughts(reply).replace(/\s+/g, ' ').trim();
  return key(text) === '' || key(text) === key(question) ? undefined : text;
}

const key = (text: string): string => plainWords(text).join(' ');

/** Removes a reasoning model's thoughts; with unfinished thoughts there is no reply. */
function withoutThoughts(reply: string): string {
  const end = reply.lastIndexOf('</think>');
  if (end !== -1) return reply.slice(end + '</think>'.length);
  return reply.includes('<think>') ? '' : reply;
}

function linesOf(text: string): string[] {
  const [from, to] = [text.indexOf('['), text.lastIndexOf(']')];
  if (from !== -1 && to > from) {
    try {
      const list: unknown = JSON.parse(text.slice(from, to + 1));
      const wordings = Array.isArray(list)
        ? list.filter((wording) => typeof wording === 'string')
        : [];
      // `[1]` may occur in any text.
      if (wordings.length > 0) return wordings;
    } catch {
      // Other brackets are not JSON.
    }
  }
  return text.split('\n').filter((line) => !line.trimStart().startsWith('```'));
}
