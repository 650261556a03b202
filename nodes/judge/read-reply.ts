import { z } from 'zod';

/** Most claims of one text: with more, the model repeats itself. */
const mostClaims = 100;

/**
 * The claims that a reply lists: as JSON, lines with a dash or a number, or a single line. Empty if it says there are
 * none. Undefined: none of these forms.
 */
export function readClaims(reply: string): string[] | undefined {
  const text = withoutThoughts(reply);
  const json = jsonIn(text);
  const claims = json === undefined ? claimsOfLines(linesOf(text)) : claimsOfJson(json);
  if (claims === undefined || claims.length > mostClaims) return undefined;
  return claims.filter((claim) => !/^\W*(?:none|no claims?)\W*$/i.test(claim));
}

/**
 * One verdict for each of `count` things: as JSON, numbered lines, or bare lines; for a single thing also a sentence
 * that begins or ends with it. Undefined: none of these forms, or another number of verdicts.
 */
export function readVerdicts(reply: string, count: number): boolean[] | undefined {
  const text = withoutThoughts(reply);
  const json = jsonIn(text);
  if (json !== undefined) return verdictsOfJson(json, count);
  // Several numbers in one line count as separate lines.
  const lines = linesOf(text.replace(/[,;][ \t]*(?=\d{1,3}[ \t]?[:.)=])/g, '\n'));
  if (count > 1 && lines.some((line) => numberedLine.test(line))) {
    return verdictsOfNumbers(lines, count);
  }
  const bare = lines.map(verdictIn).filter((verdict) => verdict !== undefined);
  if (bare.length === count && lines.length === count) return bare;
  if (count > 1) return undefined;
  const [first = ''] = lines;
  const single = firstWord(numberedLine.exec(first)?.[2] ?? first) ?? verdictIn(lines.at(-1) ?? '');
  return single === undefined ? undefined : [single];
}

/** A question made from an answer, and whether the answer is noncommittal. */
export function readQuestion(
  reply: string,
): { readonly question: string; readonly noncommittal: boolean } | undefined {
  const text = withoutThoughts(reply);
  const json = z.looseObject({ question: z.string() }).safeParse(jsonIn(text));
  const lines = linesOf(text);
  const after = (label: RegExp): string | undefined =>
    lines.flatMap((line) => label.exec(line)?.[1] ?? [])[0];
  const question = json.success ? json.data.question : after(/^\W*question\W*:\s*(\S.*)$/i);
  const noncommittal = json.success
    ? verdictOf(json.data['noncommittal'])
    : verdictIn(after(/^\W*non-?committal\W*:\s*(\S.*)$/i) ?? '');
  return question === undefined || question.trim() === '' || noncommittal === undefined
    ? undefined
    : { question: question.trim(), noncommittal };
}

/** Removes a reasoning model's thoughts; a reply truncated while thinking is empty. */
function withoutThoughts(reply: string): string {
  const end = reply.lastIndexOf('</think>');
  if (end !== -1) return reply.slice(end + '</think>'.length);
  return /^\s*<think>/.test(reply) ? '' : reply;
}

/** Without blank lines and Markdown marks. */
function linesOf(text: string): string[] {
  return text
    .replace(/\*\*|__|`/g, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The array or object that a reply is or contains on lines of its own, fenced or not. */
function jsonIn(text: string): unknown {
  const start = /^[ \t]*[[{]/m.exec(text);
  if (start === null) return undefined;
  const from = text.slice(start.index);
  const end = from.lastIndexOf(from.trimStart().startsWith('[') ? ']' : '}');
  if (end === -1 || /^[^\n]*\S/.test(from.slice(end + 1))) return undefined;
  try {
    return JSON.parse(from.slice(0, end + 1));
  } catch {
    return undefined;
  }
}

const claimSchema = z.union([
  z.string(),
  z.object({ claim: z.string() }).transform(({ claim }) => claim),
  z.object({ statement: z.string() }).transform(({ statement }) => statement),
  z.object({ text: z.string() }).transform(({ text }) => text),
]);

function claimsOfJson(json: unknown): string[] | undefined {
  const claims = z.array(claimSchema).safeParse(listIn(json)).data;
  return claims?.map((claim) => claim.trim()).filter((claim) => claim !== '');
}

function claimsOfLines(lines: readonly string[]): string[] | undefined {
  const listed = lines.flatMap(
    (line) => /^(?:[-–•*]|\d{1,3}[.):])\s+(\S.*)$/.exec(line)?.[1] ?? [],
  );
  if (listed.length > 0) return listed;
  // Truncated JSON is not a sentence.
  return lines.length === 1 && !/^[[{]/.test(lines[0] ?? '') ? [...lines] : undefined;
}

/** A list, or the only list of an object. */
function listIn(json: unknown): readonly unknown[] | undefined {
  if (Array.isArray(json)) return json;
  const record = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  const [list, ...others] = Object.values(record).filter((value) => Array.isArray(value));
  return others.length > 0 ? undefined : list;
}

function verdictsOfJson(json: unknown, count: number): boolean[] | undefined {
  const record = Array.isArray(json) ? {} : z.record(z.string(), z.unknown()).parse(json);
  // {"1": "yes", "2": "no"}: integer keys come first, in order.
  const byNumber = Object.keys(record).every((key, at) => key === String(at + 1));
  const listed = listIn(json);
  // Texts beside a single verdict are its reasons; "answer" may repeat the judged answer.
  const { answer, ...others } = record;
  const rest = typeof answer === 'string' && !bareVerdict.test(answer) ? others : record;
  const hasReasons = listed?.every((reason) => typeof reason === 'string') ?? false;
  const isOne = count === 1 && hasReasons && verdictOf(rest) !== undefined;
  const list = isOne ? [json] : (listed ?? (byNumber ? Object.values(record) : [json]));
  const verdicts = list.map(verdictOf).filter((verdict) => verdict !== undefined);
  return list.length === count && verdicts.length === count ? verdicts : undefined;
}

const bareVerdict = /^\W*(?:yes|no|true|false|0|1)\W*$/i;

/** Names of verdicts in JSON, from ragas' prompts among others. */
const verdictNames = ['verdict', 'attributed', 'supported', 'useful', 'answer'];

function verdictOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === '1') return true;
  if (value === 0 || value === '0') return false;
  if (typeof value === 'string') return verdictIn(value);
  const record = z.record(z.string(), z.unknown()).safeParse(value).data ?? {};
  const name = verdictNames.find((name) => Object.hasOwn(record, name));
  return name === undefined || typeof record[name] === 'object'
    ? undefined
    : verdictOf(record[name]);
}

const numberedLine =
  /^[^\w\s]*\s*(?:(?:claim|statement|passage)\s+)?(\d{1,3})\s*[:.)\]=–-]+\s*(\S.*)$/i;

/** For numbered lines, each number from 1 to `count` once. */
function verdictsOfNumbers(lines: readonly string[], count: number): boolean[] | undefined {
  const found = new Map<number, boolean>();
  for (const line of lines) {
    const [, number, rest = ''] = numberedLine.exec(line) ?? [];
    if (number === undefined) continue;
    const verdict = verdictIn(rest);
    if (verdict === undefined || found.has(Number(number))) return undefined;
    found.set(Number(number), verdict);
  }
  const verdicts = Array.from({ length: count }, (_, at) => found.get(at + 1));
  const read = verdicts.filter((verdict) => verdict !== undefined);
  return found.size === count && read.length === count ? read : undefined;
}

/** A yes or no at the beginning of a line, else at its end. */
function verdictIn(line: string): boolean | undefined {
  const first = firstWord(line);
  if (first !== undefined || isChoice(line)) return first;
  const last = /\b(?:(yes|true)|(?:no|false))\W*$/i.exec(line);
  return last === null ? undefined : last[1] !== undefined;
}

/** A no without punctuation belongs to a sentence: “No kiln is lit: yes” does not begin with a verdict. */
function firstWord(line: string): boolean | undefined {
  if (isChoice(line)) return undefined;
  const first = /^\W*(?:(yes|true)\b|(?:no|false)\b(?=\W*$|\s*[,.;:!?()]|\s+[–—-]))/i.exec(line);
  return first === null ? undefined : first[1] !== undefined;
}

/** “Yes or no”, repeated from the prompt. */
function isChoice(line: string): boolean {
  return /\byes\W{1,4}(?:or\W{1,4})?no\b/i.test(line);
}
