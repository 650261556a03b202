/** The line of a text that a message names, from 1: `The code failed (line 3, column 5)`. */
export function faultLine(messages: readonly string[]): number | undefined {
  const line = messages.map((message) => /\bline (\d{1,6})\b/.exec(message)?.[1]).find(Boolean);
  return line === undefined ? undefined : Number(line);
}
