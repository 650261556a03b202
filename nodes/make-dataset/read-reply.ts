import { z } from 'zod';

/** A question from a model; the answer is empty if it wrote none. */
export interface WrittenQuestion {
  readonly question: string;
  readonly answer: string;
}

type Brackets = readonly [open: string, close: string];
const objects: Brackets = ['{', '}'];
const lists: Brackets = ['[', ']'];

const textSchema = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform((value) => (value ? 'Yes' : 'No')),
]);
const objectSchema = z
  .record(z.string(), z.unknown())
  .transform((fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value])),
  )
  .transform(({ question, q, answer, a }) => ({
    question: question ?? q,
    answer: answer ?? a ?? '',
  }))
  .pipe(z.object({ question: z.string(), answer: textSchema }));
/** Within texts, `[1]` cites a passage. */
const listSchema = z.array(z.string()).min(1);

/**
 * The questions of a reply, in order: JSON objects with `question` and `answer` (`q`, `a`), lists of texts, lines that
 * begin with `Q:` and `A:` or their words, numbered or not, or bare lines that end with a question mark.
 */
export function questionsIn(reply: string): WrittenQuestion[] {
  const written = jsonIn(reply, objects, objectSchema);
  const found = written.length > 0 ? written : (listed(reply) ?? labelled(reply));
  return found
    .map(({ question, answer }) => ({ question: bare(question), answer: bare(answer) }))
    .filter(({ question }) => /\p{L}/u.test(question));
}

function listed(reply: string): WrittenQuestion[] | undefined {
  const list = jsonIn(reply, lists, listSchema)[0];
  return list?.map((question) => ({ question, answer: '' }));
}

/** The texts of a reply, in order: a JSON list, or one a line, without numbers, bullets and labels. */
export function linesIn(reply: string): string[] {
  const texts =
    jsonIn(reply, lists, listSchema)[0] ??
    reply
      .split('\n')
      .map((line) => readLine(line).text)
      // Introductory lines.
      .filter((line) => !line.endsWith(':'));
  return texts.map(bare).filter((text) => /[\p{L}\p{N}]/u.test(text));
}

function jsonIn<T>(reply: string, brackets: Brackets, schema: z.ZodType<T>): T[] {
  return [...flatIn(reply, brackets)].flatMap((text) => {
    try {
      const { data } = schema.safeParse(JSON.parse(text));
      return data === undefined ? [] : [data];
    } catch {
      return [];
    }
  });
}

/**
 * JSON objects or lists without nested ones: finds them in a list, in a fence, one a line, and before a truncation. In
 * time linear in the text: the end is never searched from the same position, within a string or not, twice.
 */
function* flatIn(text: string, [open, close]: Brackets): Generator<string> {
  const passed = new Uint8Array(2 * text.length);
  const endOf = (start: number): number | undefined => {
    let quoted = false;
    for (let at = start + 1; at < text.length;) {
      const place = 2 * at + Number(quoted);
      if (passed[place] === 1) return undefined;
      passed[place] = 1;
      const mark = text[at];
      if (quoted ? mark === '\n' : mark === open) return undefined;
      if (!quoted && mark === close) return at + 1;
      if (mark === '"') quoted = !quoted;
      at += quoted && mark === '\\' ? 2 : 1;
    }
    return undefined;
  };
  for (let start = text.indexOf(open); start !== -1;) {
    const end = endOf(start);
    if (end !== undefined) yield text.slice(start, end);
    start = text.indexOf(open, end ?? start + 1);
  }
}

function labelled(reply: string): WrittenQuestion[] {
  const found: { question: string; answer: string }[] = [];
  /** Whether the previous line announces more. */
  let open = false;
  // The answer may follow on the question's line.
  const lines = reply.replace(/\?[ \t*]+(?=a(?:nswer)?:)/gi, '?\n').split('\n');
  for (const line of lines) {
    const { label, text } = readLine(line);
    const last = found.at(-1);
    if (label === 'question') found.push({ question: text, answer: '' });
    else if (label === 'answer') {
      if (last?.answer === '') last.answer = text;
    } else if (text === '') {
      open = false;
      continue;
    } else if (open && last?.question === '') last.question = text;
    else if (text.endsWith('?')) found.push({ question: text, answer: '' });
    else if (open && last?.answer === '') last.answer = text;
    open = true;
  }
  return found;
}

/** A line without its bullet, number and label. */
function readLine(line: string): { readonly label?: 'question' | 'answer'; readonly text: string } {
  const plain = line
    .replaceAll('**', '')
    .replace(/^[\s>#*•–-]+/, '')
    .replace(/^\(?(?:\d{1,3}|[a-h])[.)]\s+/i, '')
    .trim();
  const begun = /^(?:wrong |incorrect |other )?(question|q|answer|a)(?: ?#?\d{1,3})?[:.)]/i.exec(
    plain,
  );
  const name = begun?.[1]?.toLowerCase();
  if (begun === null || name === undefined) return { text: bare(plain) };
  return {
    label: name.startsWith('q') ? 'question' : 'answer',
    text: bare(plain.slice(begun[0].length)),
  };
}

/** A text on one line, without enclosing quotes. */
function bare(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  const inner = line.slice(1, -1);
  return /^["“].*["”]$/.test(line) && !/["“”]/.test(inner) ? inner.trim() : line;
}
