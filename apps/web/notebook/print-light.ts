/** What is drawn in the colours of the screen is drawn in those of a light one while it is printed: paper is white. Returns the stop function. */
export function printLight(): () => void {
  const { dataset } = document.documentElement;
  const listening = new AbortController();
  const { signal } = listening;
  const before = (): void => {
    const theme = dataset['theme'];
    dataset['theme'] = 'light';
    const after = (): void => {
      if (theme === undefined) delete dataset['theme'];
      else dataset['theme'] = theme;
    };
    window.addEventListener('afterprint', after, { signal, once: true });
  };
  window.addEventListener('beforeprint', before, { signal });
  return () => listening.abort();
}
