import { rowText } from '@graft/graph';
import type { RecordLine } from '../../kit/records/record-list.tsx';
import { changeOf, valueOf, type Change, type EditedRow } from './edited-rows.ts';

/** Texts of a value, wherever they stand in it. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** What a row is known by: a heading and the beginning of its text. */
function wordsOf({ line }: EditedRow): Pick<RecordLine, 'heading' | 'text'> {
  const value = valueOf(line);
  if (value === undefined) return { heading: 'not JSON', text: line.slice(0, 160) };
  const { heading, body } = rowText(value);
  if (heading !== '') return { heading, text: body.slice(0, 160) };
  const { id, ...rest } = value;
  const texts = textsOf(rest);
  // Words rather than names and paths.
  const words = texts.filter((text) => text.includes(' '));
  const shown = words.length > 0 ? words : texts;
  return {
    heading: typeof id === 'string' ? id : 'no id',
    text: shown.join(' · ').slice(0, 160),
  };
}

const signs: Readonly<Record<Change, string>> = { changed: '●', added: '+', deleted: '−' };

/** What the list says of a row; `number` is its own in the file as it would be written. */
export function rowLine(
  row: EditedRow,
  { number, wrong }: { readonly number: number | undefined; readonly wrong: boolean },
): RecordLine {
  const change = changeOf(row);
  const isBad = wrong || change === 'deleted';
  return {
    ...wordsOf(row),
    number,
    deleted: change === 'deleted',
    mark:
      change === undefined && !wrong ? null : (
        <span className={isBad ? 'text-error' : undefined} title={wrong ? 'Invalid row' : change}>
          {wrong || change === undefined ? '!' : signs[change]}
        </span>
      ),
  };
}
