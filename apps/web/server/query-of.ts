import type { IncomingMessage } from 'node:http';

/** What stands behind the question mark of a request's address. */
export const queryOf = ({ url = '/' }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(new URL(url, 'http://graft').searchParams);
