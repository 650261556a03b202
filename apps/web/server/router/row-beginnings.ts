import { isRecord } from '@graft/graph';

/** Rows as they are sent: long texts of some are cut. */
export interface RowBeginnings {
  readonly rows: readonly unknown[];
  /** Which rows were cut, by their places in `rows`, and how many characters their texts have. */
  readonly cut: readonly { readonly at: number; readonly characters: number }[];
}

/** Rows with the beginnings of their texts only, where these have more characters than asked for; all of them where nothing is asked. */
export function rowBeginnings(rows: readonly unknown[], most = Infinity): RowBeginnings {
  const cut: { at: number; characters: number }[] = [];
  const sent = rows.map((row, at) => {
    if (!isRecord(row) || typeof row['text'] !== 'string' || row['text'].length <= most) return row;
    cut.push({ at, characters: row['text'].length });
    return { ...row, text: row['text'].slice(0, most) };
  });
  return { rows: sent, cut };
}
