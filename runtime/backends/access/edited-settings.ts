import { parseEnv } from 'node:util';
import { GraphError } from '@graft/graph';

/** New values by the name of the setting; undefined removes it. */
export type SettingChanges = Readonly<Record<string, string | undefined>>;

/** Lines of a file that define one setting: a quoted value may go over several. */
interface Definition {
  readonly name: string;
  /** Offsets in the text; the end is that of the last line, its line break included. */
  readonly from: number;
  readonly to: number;
}

const start = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/;

/** The end of the line at an offset, its line break included. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

function definitionsIn(text: string): Definition[] {
  const found: Definition[] = [];
  for (let from = 0; from < text.length;) {
    const match = start.exec(text.slice(from, lineEnd(text, from)));
    const value = from + (match?.[0].length ?? 0);
    const quote = text.charAt(value);
    const isQuoted = match !== null && quote !== '' && `"'\``.includes(quote);
    const close = isQuoted ? text.indexOf(quote, value + 1) : -1;
    const to = lineEnd(text, close === -1 ? from : close);
    if (match?.[1] !== undefined) found.push({ name: match[1], from, to });
    from = to;
  }
  return found;
}

/** A value as it stands in the file: the parser keeps it as it is. Undefined for one that no form can hold. */
function written(value: string): string | undefined {
  if (/^[\w.:/@+%=,-]+$/.test(value)) return value;
  if (!/["\\]/.test(value)) return `"${value}"`;
  const quote = ["'", '`'].find((each) => !value.includes(each));
  return quote === undefined ? undefined : `${quote}${value}${quote}`;
}

/** The settings that a text holds, as Graft reads them. */
export function parsedSettings(text: string): Record<string, string | undefined> {
  // Without the byte order mark that some editors write: it would become part of the first name.
  return parseEnv(text.replace(/^\uFEFF/, ''));
}

/**
 * The text of a settings file with other values. All other lines and comments stay as they are. Reads the new text as
 * Graft will read it: throws `bad-input` unless exactly these settings differ, so that no value can bring in another.
 */
export function editedSettings(text: string, changes: SettingChanges): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let edited = text.slice(mark.length);
  const lineBreak = /\r\n/.test(edited) ? '\r\n' : '\n';
  const expected = parsedSettings(text);
  for (const [name, value] of Object.entries(changes)) {
    const line = value === undefined ? '' : `${name}=${written(value) ?? ''}${lineBreak}`;
    const own = definitionsIn(edited).filter((definition) => definition.name === name);
    const last = own.at(-1);
    for (const { from, to } of own.toReversed()) {
      const instead = from === last?.from ? line : '';
      edited = edited.slice(0, from) + instead + edited.slice(to);
    }
    if (last === undefined && line !== '') {
      const gap = edited === '' || edited.endsWith('\n') ? '' : lineBreak;
      edited += gap + line;
    }
    if (value === undefined) delete expected[name];
    else expected[name] = value;
  }
  const found = parsedSettings(edited);
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  if ([...names].every((name) => found[name] === expected[name])) return mark + edited;
  throw new GraphError(
    'bad-input',
    `Graft cannot write ${Object.keys(changes).join(' and ')} to the file without changing another line of it. Use plain characters, or edit the file in a text editor.`,
  );
}
