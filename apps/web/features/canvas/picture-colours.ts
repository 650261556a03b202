/** Colours of the style sheet as a picture takes them. */
export interface PictureColours {
  readonly panel: string;
  readonly border: string;
  readonly ink: string;
  /** Of text that stands back. */
  readonly quiet: string;
  /** Of `var(--c-…)`, as the canvas takes it. */
  of(written: string): string;
}

/** The colours as they are where an element stands. */
export function coloursAt(element: HTMLElement): PictureColours {
  const probe = document.createElement('i');
  const known = new Map<string, string>();
  const of = (written: string): string => {
    const found = known.get(written);
    if (found !== undefined) return found;
    element.append(probe);
    probe.style.color = written;
    const { color } = getComputedStyle(probe);
    probe.remove();
    known.set(written, color);
    return color;
  };
  return {
    panel: of('var(--panel)'),
    border: of('var(--line-strong)'),
    ink: of('var(--ink)'),
    quiet: of('var(--ink-2)'),
    of,
  };
}
