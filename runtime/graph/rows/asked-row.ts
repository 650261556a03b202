import { columnsOf, detectFormat } from './dataset-formats.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a row to train on asks, and the answer that it teaches. */
export interface AskedRow {
  readonly question: string;
  /** Absent: a plain text, or a conversation that goes on without a reply. */
  readonly answer?: string;
}

/** The first question of a row in any format of datasets, with its answer. Undefined if the row asks nothing. */
export function askedRow(row: Row): AskedRow | undefined {
  const columns = Object.keys(row);
  const format = detectFormat(columns);
  if (format === undefined) return undefined;
  if (format === 'messages' || format === 'sharegpt') return firstExchange(turnsOf(row));
  if (format === 'text') return asked(row['text'], undefined);
  const [first = '', second = ''] = columnsOf(format, columns);
  if (format === 'prompt-completion' && Array.isArray(row[first])) {
    return firstExchange([...turnsIn(row[first]), ...turnsIn(row[second])]);
  }
  const input = format === 'alpaca' ? textOf(row['input']) : '';
  const question = [textOf(row[first]), input].filter((part) => part !== '').join('\n');
  return asked(question, row[second]);
}

/** The turns of a conversation, as other trainers write them; what is no turn has neither. */
export function turnsOf(row: Row): readonly AskedTurn[] {
  return turnsIn(row['messages'] ?? row['conversations']);
}

interface AskedTurn {
  readonly by?: unknown;
  readonly text?: unknown;
}

const people: readonly unknown[] = ['user', 'human'];
const models: readonly unknown[] = ['assistant', 'gpt', 'chatgpt', 'model'];

function firstExchange(turns: readonly AskedTurn[]): AskedRow | undefined {
  const at = turns.findIndex(({ by }) => people.includes(by));
  const reply = turns[at + 1];
  return asked(turns[at]?.text, models.includes(reply?.by) ? reply?.text : undefined);
}

function asked(question: unknown, answer: unknown): AskedRow | undefined {
  const text = textOf(question).trim();
  if (text === '') return undefined;
  const taught = textOf(answer).trim();
  return taught === '' ? { question: text } : { question: text, answer: taught };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function turnsIn(turns: unknown): readonly AskedTurn[] {
  return Array.isArray(turns) ? turns.map((turn: unknown) => turnOf(turn)) : [];
}

function turnOf(turn: unknown): AskedTurn {
  if (typeof turn !== 'object' || turn === null) return {};
  const { role, from, content, value }: Record<string, unknown> = { ...turn };
  return { by: role ?? from, text: content ?? value };
}
