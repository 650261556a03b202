import type { IncomingHttpHeaders } from 'node:http';
import { GraphError } from '@graft/graph';
import { TryAgain } from '../remote/refusals.ts';
import { busyHost } from '../web/host-pauses.ts';

/** Milliseconds that a server may ask to be waited for: the hub counts requests over five minutes. */
const longestWait = 5 * 60_000;

/** A server that holds other bytes than asked for, or refuses for good. */
export class Refused extends Error {}

export interface RefusedAnswer {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Address of the hub, where the answer is the hub's own. */
  readonly hub: string | undefined;
  /** Whether a token was sent. */
  readonly withToken: boolean;
}

/** What an answer that is neither bytes nor a redirect means. `TryAgain` where it may be another next time. */
export function refusalOf(answer: RefusedAnswer): Error {
  const { url, status, headers, hub } = answer;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return busy(answer);
  }
  const repo = repoOf(url);
  if (hub === undefined || repo === undefined) {
    return new Refused(`the server answered ${status}`);
  }
  const code = String(headers['x-error-code'] ?? '');
  const page = `${hub}/${repo}`;
  if (code === 'GatedRepo') return gatedRefusal({ repo, page }, answer.withToken);
  if (code === 'RevisionNotFound') {
    return refusal(`${repo} has no such branch, tag or commit. Its page lists them: ${page}`);
  }
  const isFile = url.pathname.includes('/resolve/');
  if (code === 'EntryNotFound' || (status === 404 && code === '' && isFile)) {
    return refusal(
      `${repo} has no file at ${url.pathname}. Its page lists the files: ${page}/tree/main`,
    );
  }
  // The hub says the same of a repository that is missing and of one that is private.
  if (code === 'RepoNotFound' || status === 404 || (status === 401 && !answer.withToken)) {
    return refusal(
      `The hub ${hub} has no repository ${repo}, or it is private. Check the name; for a private one set HF_TOKEN to a token that may read it.`,
    );
  }
  if (status === 401) {
    return refusal(`The hub ${hub} does not accept the token in HF_TOKEN. Make a new one there.`);
  }
  if (status === 403) {
    return refusal(
      `You have no access to ${repo}. Open ${page} in a browser and see what it asks for. ${remedy(answer.withToken)}`,
    );
  }
  return refusal(`The hub ${hub} answered ${status}${wordsOf(headers)}. Try again later.`);
}

/** A repository whose licence has to be accepted first. */
export function gatedRefusal(
  { repo, page }: { readonly repo: string; readonly page: string },
  withToken: boolean,
): GraphError {
  return refusal(
    `${repo} asks everybody to accept its licence first. Open ${page} in a browser, log in, and accept it. ${remedy(withToken)}`,
  );
}

const remedy = (withToken: boolean): string =>
  withToken
    ? 'If you have done so, set HF_TOKEN to a token of that account: the present one has no access.'
    : 'Then set HF_TOKEN to a token of your account (Settings, Access Tokens).';

/** `audience`: whoever runs Graft has the token and the connection. */
export function refusal(message: string, cause?: unknown): GraphError {
  return new GraphError('bad-model', message, { audience: 'operator', cause });
}

function busy({ url, status, headers }: RefusedAnswer): Error {
  const seconds = limitReset(headers) ?? busyHost(429, headers['retry-after'])?.seconds;
  const after = seconds === undefined ? undefined : seconds * 1000;
  if (after !== undefined && after > longestWait) {
    return refusal(
      `${url.host} takes no more requests for ${Math.ceil(after / 60_000)} minutes. Try again then; with a token in HF_TOKEN the hub allows more.`,
    );
  }
  const why = status === 429 ? 'it gets too many requests' : 'it has a fault';
  return new TryAgain(`${url.host} answered ${status}: ${why}`, after);
}

/** Seconds until the hub takes requests again, by its header `RateLimit: "api";r=0;t=55`. */
function limitReset(headers: IncomingHttpHeaders): number | undefined {
  const left = /(?:^|;)\s*t=(\d{1,6})/.exec(String(headers['ratelimit'] ?? ''))?.[1];
  return left === undefined ? undefined : Number(left) + 1;
}

/** What the hub says of an error, as far as it is one short line. */
function wordsOf(headers: IncomingHttpHeaders): string {
  const words = String(headers['x-error-message'] ?? '').replace(
    /[\p{Cc}\p{Bidi_Control}]+/gu,
    ' ',
  );
  return words === '' ? '' : `, "${words.slice(0, 200)}"`;
}

/** `owner/name`, of an address of the API or of a file. */
function repoOf({ pathname }: URL): string | undefined {
  return /([\w.-]+\/[\w.-]+)\/(?:revision|resolve)\//.exec(pathname)?.[1];
}
