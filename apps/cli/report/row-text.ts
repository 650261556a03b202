import { rowText as wholeText, type RowText } from '@graft/graph';

export type { RowText };

/** Characters of a row's text that a report shows. */
const shownText = 2000;

/** A row for people: a heading and the beginning of the text below it. */
export function rowText(row: unknown): RowText {
  const { heading, body } = wholeText(row);
  return { heading, body: body.length <= shownText ? body : `${body.slice(0, shownText)}…` };
}
