/** Seconds that are waited for a host that says for how long it is to be left alone. */
export const longestWait = 60;
/** Seconds that a host is believed which asks to be left alone for longer. */
const longestRest = 3600;
/** Seconds that a host is left alone which does not say for how long. */
const usualRest = 60;

/** Of a reply that the host, and not the page, gives: it has too much to do. */
export interface Busy {
  readonly status: number;
  /** For how long it asks to be left alone; undefined where it does not say. */
  readonly seconds: number | undefined;
}

/**
 * What a reply says of its host (RFC 9110, 15.6.4; RFC 6585, 4); undefined where it is of the page alone. One of 503 that does not
 * say for how long may be of the page.
 */
export function busyHost(status: number, retryAfter: string | undefined): Busy | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = secondsOf(retryAfter?.trim() ?? '');
  return status === 503 && seconds === undefined ? undefined : { status, seconds };
}

/** Of a number, or of a date, which may have passed. */
function secondsOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const date = /GMT$/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** For how long it is left alone, in seconds, and when that ends, for people. */
export function restOf({ seconds = usualRest }: Busy): { seconds: number; until: string } {
  const rest = Math.min(Math.max(seconds, 1), longestRest);
  return { seconds: rest, until: new Date(Date.now() + rest * 1000).toISOString().slice(11, 19) };
}
