/** Colours of the style sheet, resolved for a picture. */
export interface PictureColours {
  readonly panel: string;
  readonly border: string;
  readonly ink: string;
  /** For secondary text. */
  readonly quiet: string;
  /** Resolves `var(--c-…)` to a colour that a 2D canvas accepts. */
  of(written: string): string;
}

/** The colours that apply to an element. */
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
