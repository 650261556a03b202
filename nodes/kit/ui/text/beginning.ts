/** The beginning of a text, with a limit of characters, never cut within a word of ordinary length. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const words = text.slice(0, most + 1);
  const end = words.search(/\s+\S*$/);
  // Never half a character.
  const whole = end > 0 ? words.slice(0, end) : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
  return `${whole} …`;
}
