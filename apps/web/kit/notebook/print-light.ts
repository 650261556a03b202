/** What is drawn in the colours of the screen is drawn in those of a light one while it is printed: paper is white. Returns the stop function. */
export function printLight(): () => void {
  const { dataset } = document.documentElement;
  const listening = new AbortController();
  const { signal } = listening;
  /** The theme of the screen, while it is printed: a browser may tell twice that it begins. */
  let screen: { readonly theme: string | undefined } | undefined;
  const before = (): void => {
    screen ??= { theme: dataset['theme'] };
    dataset['theme'] = 'light';
  };
  const after = (): void => {
    if (screen?.theme !== undefined) dataset['theme'] = screen.theme;
    else if (screen !== undefined) delete dataset['theme'];
    screen = undefined;
  };
  window.addEventListener('beforeprint', before, { signal });
  window.addEventListener('afterprint', after, { signal });
  return () => {
    after();
    listening.abort();
  };
}
