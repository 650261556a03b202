/** The app's colour variables, resolved for a canvas. */
export interface ChartColours {
  of(variable: string): string;
  /** After the theme has changed. */
  forget(): void;
}

/** Variables may contain `light-dark(…)`, which only a property of an element resolves. */
export function chartColours(element: HTMLElement): ChartColours {
  const known = new Map<string, string>();
  return {
    of(variable) {
      const found = known.get(variable);
      if (found !== undefined) return found;
      const { style } = element;
      const before = style.color;
      style.color = `var(${variable})`;
      const colour = getComputedStyle(element).color;
      style.color = before;
      known.set(variable, colour);
      return colour;
    },
    forget: () => known.clear(),
  };
}

/** A key for each look of the page or the machine. */
export const chartTheme = (): string =>
  document.documentElement.dataset['theme'] ??
  String(matchMedia('(prefers-color-scheme: dark)').matches);

/** Calls back when the page or the machine switches between light and dark. Returns the stop function. */
export function onThemeChange(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', changed);
    observer.disconnect();
  };
}
