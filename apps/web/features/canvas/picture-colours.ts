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

const probes = new WeakMap<HTMLElement, HTMLElement>();

/**
 * A hidden element within another one, from which colours are read. It stays there: adding one makes the browser recompute the
 * styles around it, which takes long with thousands of nodes.
 */
function probeIn(element: HTMLElement): HTMLElement {
  const known = probes.get(element);
  if (known?.parentElement === element) return known;
  const probe = document.createElement('i');
  probe.hidden = true;
  element.append(probe);
  probes.set(element, probe);
  return probe;
}

/** The colours that apply to an element. */
export function coloursAt(element: HTMLElement): PictureColours {
  const known = new Map<string, string>();
  const of = (written: string): string => {
    const found = known.get(written);
    if (found !== undefined) return found;
    const probe = probeIn(element);
    probe.style.color = written;
    const { color } = getComputedStyle(probe);
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
