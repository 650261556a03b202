/** Milliseconds between two looks: runs of other processes are seen only in the database. */
const lookEvery = 1_500;

/** Looks at once, and again and again until it is stopped. A look that failed says nothing; the next one may succeed. */
export function lookAgain(look: () => Promise<void>, stop: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    void look()
      .catch(() => undefined)
      .then(() => {
        if (!stop.aborted) timer = setTimeout(next, lookEvery);
      });
  };
  stop.addEventListener('abort', () => clearTimeout(timer), { once: true });
  next();
}
