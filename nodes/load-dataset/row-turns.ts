import { columnsOf, type ChatTurn, type DatasetFormat } from '@graft/graph';
import type { RowFault } from '../kit/training/row-faults.ts';

/** A turn of a row; `trained: false` if the row excludes it from training. */
interface RowTurn extends ChatTurn {
  readonly trained?: false;
}

/** Content of a row: a conversation, or a text, in two pieces for a prompt and its completion. */
export type RowContent =
  | { readonly kind: 'chat'; readonly turns: readonly RowTurn[] }
  | { readonly kind: 'text'; readonly prompt: string; readonly text: string };

type Values = Readonly<Record<string, unknown>>;

/** Thrown while reading a row; the reader collects them. */
export class Refused extends Error {
  readonly fault: RowFault;
  constructor(what: string, advice: string) {
    super(what);
    this.fault = { what, advice };
  }
}

/** The content of a row of a format. Throws `Refused`. */
export function rowContent(values: Values, format: DatasetFormat): RowContent {
  switch (format) {
    case 'alpaca':
      return answered(alpaca(values));
    case 'sharegpt':
      return answered([...systemOf(values), ...turnsOf(values['conversations'], 'conversations')]);
    case 'messages':
      return answered(turnsOf(values['messages'], 'messages'));
    case 'prompt-completion':
      return promptCompletion(values);
    case 'text': {
      const text = textOf(values, 'text');
      if (text.trim() === '')
        throw new Refused('an empty text', 'Add the text, or remove these rows.');
      return { kind: 'text', prompt: '', text };
    }
  }
}

function alpaca(values: Values): RowTurn[] {
  const input = textOf(values, 'input');
  const question = [textOf(values, 'instruction'), input].filter((part) => part !== '').join('\n');
  const history = listOf(values['history'] ?? [], 'history').flatMap((pair): RowTurn[] => {
    if (!Array.isArray(pair) || pair.length !== 2) throw brokenHistory();
    const [user, assistant]: readonly unknown[] = pair;
    if (typeof user !== 'string' || typeof assistant !== 'string') throw brokenHistory();
    return [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ];
  });
  return [
    ...systemOf(values),
    ...history,
    { role: 'user', content: question },
    { role: 'assistant', content: textOf(values, 'output') },
  ];
}

function brokenHistory(): Refused {
  return new Refused(
    'a history that is not pairs of texts',
    'Write it as [["question", "answer"], …].',
  );
}

/** TRL's: two texts are one text; two lists of messages are a conversation whose second part is trained. */
function promptCompletion(values: Values): RowContent {
  const [asked = '', learned = ''] = columnsOf('prompt-completion', Object.keys(values));
  if (!Array.isArray(values[asked])) {
    const text = textOf(values, learned);
    if (text.trim() === '') throw emptyAnswer();
    return { kind: 'text', prompt: textOf(values, asked), text };
  }
  const prompt = turnsOf(values[asked], asked);
  const completion = turnsOf(values[learned], learned);
  return answered([...prompt.map((turn) => ({ ...turn, trained: false as const })), ...completion]);
}

function systemOf(values: Values): RowTurn[] {
  const content = textOf(values, 'system');
  return content === '' ? [] : [{ role: 'system', content }];
}

const roles: Readonly<Record<string, ChatTurn['role']>> = {
  system: 'system',
  developer: 'system',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  assistant: 'assistant',
};

function turnsOf(value: unknown, column: string): RowTurn[] {
  return listOf(value, column).map((turn) => {
    if (typeof turn !== 'object' || turn === null) {
      throw new Refused(`a turn in ${column} that is not an object`, turnAdvice);
    }
    return turnOf(Object.fromEntries(Object.entries(turn)), column);
  });
}

const turnAdvice = 'A turn is {"role": "user", "content": "…"} or {"from": "human", "value": "…"}.';

function turnOf(turn: Values, column: string): RowTurn {
  const name = turn['role'] ?? turn['from'];
  if (typeof name !== 'string') throw new Refused(`a turn in ${column} without a role`, turnAdvice);
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (role === undefined) {
    throw new Refused(
      `the unknown role "${name.slice(0, 40)}"`,
      `Use ${Object.keys(roles).join(', ')}. Graft cannot train tool calls yet.`,
    );
  }
  const content = contentOf(turn['content'] ?? turn['value'] ?? '', column);
  if (role === 'assistant' && content.trim() === '') throw emptyAnswer();
  return { role, content, ...(turn['weight'] === 0 ? { trained: false } : {}) };
}

/** A text, or OpenAI's list of parts, all of which must be texts. */
function contentOf(content: unknown, column: string): string {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content : [undefined];
  return parts
    .map((part: unknown) => {
      const text =
        typeof part === 'object' && part !== null && 'text' in part ? part.text : undefined;
      if (typeof text === 'string') return text;
      throw new Refused(
        `a turn in ${column} that is not text`,
        'Graft trains only on text. Remove these rows.',
      );
    })
    .join('');
}

function answered(turns: readonly RowTurn[]): RowContent {
  const last = turns.at(-1);
  if (last === undefined) {
    throw new Refused('a conversation without turns', 'Add the text, or remove these rows.');
  }
  if (last.role !== 'assistant') {
    throw new Refused(
      `a conversation that ends with the ${last.role}, not with the assistant`,
      'Add an answer of the assistant, or remove the last turn.',
    );
  }
  if (last.content.trim() === '') throw emptyAnswer();
  if (turns.every(({ role, trained }) => role !== 'assistant' || trained === false)) {
    throw new Refused(
      'nothing to train on',
      'Every answer has weight 0. Raise a weight, or remove these rows.',
    );
  }
  return { kind: 'chat', turns };
}

function emptyAnswer(): Refused {
  return new Refused('an empty answer', 'Add the text, or remove these rows.');
}

/** A cell's text; none for null and for a missing column. */
function textOf(values: Values, column: string): string {
  const value = values[column] ?? '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Refused(`a value of the column "${column}" that is not a text`, 'Write it as a text.');
}

/** A list; in CSV, whose cells hold only text, written as JSON. */
function listOf(value: unknown, column: string): readonly unknown[] {
  const list = typeof value === 'string' ? parsed(value) : value;
  if (Array.isArray(list)) return list;
  throw new Refused(`a value of the column "${column}" that is not a list`, 'Write it as a list.');
}

function parsed(text: string): unknown {
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
