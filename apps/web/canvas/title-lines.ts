/** Words in lines of a width, as the browser breaks them: between words, and within one that is too long. */
export function titleLines(
  context: CanvasRenderingContext2D,
  title: string,
  width: number,
): string[] {
  const lines: string[] = [];
  let line = '';
  const fits = (text: string): boolean => context.measureText(text).width <= width;
  for (const word of title.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (!fits(line) && line.length > 1) {
      let end = line.length - 1;
      while (end > 1 && !fits(line.slice(0, end))) end -= 1;
      lines.push(line.slice(0, end));
      line = line.slice(end);
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}
