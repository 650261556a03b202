import { plainWords } from '../kit/text/word-pair-sketch.ts';

/** Code units of a wording that can be a question. */
const longest = 400;

/**
 * The wordings that a reply lists: a line each, with or without a dash, a number or quotation marks, or a list in JSON. The
 * question itself, repeated ones, and what only announces a list are passed over. None: it cannot be read.
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

/** A passage that a reply gives; undefined where it is empty, or repeats the question. */
export function readPassage(reply: string, question: string): string | undefined {
  const text = withoutThoughts(reply).replace(/\s+/g, ' ').trim();
  return key(text) === '' || key(text) === key(question) ? undefined : text;
}

const key = (text: string): string => plainWords(text).join(' ');

/** What a reasoning model writes before its reply is none of it; of thoughts without an end there is no reply. */
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
      // `[1]` may stand in any text.
      if (wordings.length > 0) return wordings;
    } catch {
      // Brackets of another kind.
    }
  }
  return text.split('\n').filter((line) => !line.trimStart().startsWith('```'));
}
