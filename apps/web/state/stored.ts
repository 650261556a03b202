/** What the browser stored, as JSON; undefined where it is none. It is read by hand: schemas come after the first load. */
export function readJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
