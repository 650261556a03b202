import { rowText } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { ChoiceList } from '../../kit/choice-list.tsx';
import { changeOf, valueOf, type Change, type EditedRow } from './edited-rows.ts';

/** A row of the list, with its number in the file as it would be written; undefined: it is deleted. */
export interface ListedRow {
  readonly row: EditedRow;
  readonly number: number | undefined;
}

interface RowListProps {
  readonly rows: readonly ListedRow[];
  /** Key of the row that is shown. */
  readonly shown: number;
  isWrong(row: EditedRow): boolean;
  show(key: number): void;
  /** Goes to its fields. */
  enter(): void;
  /** Deletes the shown row, or takes it back. */
  remove(): void;
}

const rowHeight = 46;

/** Texts of a value, wherever they stand in it. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** What a row is known by: a heading and the beginning of its text. */
function wordsOf({ line }: EditedRow): readonly [string, string] {
  const value = valueOf(line);
  if (value === undefined) return ['not JSON', line.slice(0, 160)];
  const { heading, body } = rowText(value);
  if (heading !== '') return [heading, body.slice(0, 160)];
  const { id, ...rest } = value;
  const texts = textsOf(rest);
  // Words rather than names and paths.
  const words = texts.filter((text) => text.includes(' '));
  const shown = words.length > 0 ? words : texts;
  return [typeof id === 'string' ? id : 'no id', shown.join(' · ').slice(0, 160)];
}

const marks: Readonly<Record<Change, string>> = { changed: '●', added: '+', deleted: '−' };

function Item({ row, number, wrong }: ListedRow & { readonly wrong: boolean }) {
  const change = changeOf(row);
  const [heading, text] = wordsOf(row);
  return (
    <>
      <span className="w-9 shrink-0 pt-px text-right text-sm text-ink-3 tabular-nums">
        {number === undefined ? '' : count(number)}
      </span>
      <span
        className="edited-mark"
        data-change={wrong ? 'wrong' : change}
        title={wrong ? 'Invalid row' : change}
      >
        {wrong ? '!' : change === undefined ? '' : marks[change]}
      </span>
      <span className={`min-w-0 flex-1 ${change === 'deleted' ? 'text-ink-3 line-through' : ''}`}>
        <span className="block truncate">{heading}</span>
        <span className="block truncate text-sm text-ink-2">{text}</span>
      </span>
    </>
  );
}

/** The rows, one of which is shown. Enter goes to its fields, Delete deletes it. */
export function RowList({ rows, shown, isWrong, show, enter, remove }: RowListProps) {
  return (
    <ChoiceList
      label="Rows"
      count={rows.length}
      at={rows.findIndex(({ row }) => row.key === shown)}
      rowHeight={rowHeight}
      idOf={(at) => (rows[at] === undefined ? undefined : `edited-row-${String(rows[at].row.key)}`)}
      show={(at) => {
        if (rows[at] !== undefined) show(rows[at].row.key);
      }}
      row={(at) => {
        const listed = rows[at];
        return listed && <Item {...listed} wrong={isWrong(listed.row)} />;
      }}
      keys={{ Enter: enter, Delete: remove }}
    />
  );
}
