import type { IncomingMessage, ServerResponse } from 'node:http';
import { deniedMessage, deniedStatus, sendDeniedPage, sendEnteringPage } from './access-page.ts';
import { refuse } from './download.ts';
import { isFromOutside, type Admission, type Denial, type Gate } from './gate.ts';
import { safeHeaders } from './static-files.ts';

/** Most bytes of a form with a token. */
const largestForm = 8 * 1024;

type Answerable = Exclude<Admission, { kind: 'granted' | 'form' }>;

interface Asked {
  readonly gate: Gate;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The font of the pages that refuse: see `pageFont`. */
  readonly font: string;
}

/** Answers a request that must not reach the application. */
export async function answerAccess(
  asked: Asked,
  admission: Answerable | Extract<Admission, { kind: 'form' }>,
): Promise<void> {
  const { gate, request, response } = asked;
  if (admission.kind !== 'form') return answer(asked, admission, queryOf(request));
  const form = await readForm(request);
  if (form === undefined) {
    response.setHeader('Connection', 'close');
    return refuse(
      response,
      413,
      'The token is too long. Paste only the token, or the address that "graft serve" printed.',
    );
  }
  const query = new URLSearchParams(form.get('query') ?? '');
  answer(asked, gate.enter(request, tokenIn(form.get('token') ?? ''), query), query);
}

/** The query that the address of the page keeps. */
function queryOf({ url = '/' }: IncomingMessage): URLSearchParams {
  const query = new URLSearchParams(url.split('?', 2)[1]);
  query.delete('token');
  return query;
}

/** People paste the whole address. */
function tokenIn(text: string): string {
  const query = /[?&](token=[^&#\s]+)/.exec(text)?.[1];
  return new URLSearchParams(query).get('token') ?? text.trim();
}

/** The form's fields; undefined if the body is too long. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > largestForm) return undefined;
  }
  return new URLSearchParams(text);
}

function answer(asked: Asked, admission: Answerable, query: URLSearchParams): void {
  const { request, response } = asked;
  switch (admission.kind) {
    case 'refused':
      return refuse(response, admission.status, admission.reason);
    case 'moved':
      response.writeHead(308, { ...safeHeaders, Location: admission.location }).end();
      return;
    case 'linked':
      return sendEnteringPage(response, admission.location);
    case 'denied':
      return deny(asked, admission.reason, query);
    case 'entered': {
      response.setHeader('Set-Cookie', admission.cookie);
      if (isFromOutside(request)) return sendEnteringPage(response, admission.location);
      response.writeHead(303, { ...safeHeaders, Location: admission.location }).end();
      return;
    }
  }
}

/** Answers API calls in JSON, browsers with a page, and other clients in plain text. */
function deny(
  { gate, request, response, font }: Asked,
  reason: Denial,
  query: URLSearchParams,
): void {
  const { url = '/', headers } = request;
  const status = deniedStatus(reason);
  if (url.includes('/api/trpc/')) {
    const message = deniedMessage(reason);
    const problem = { code: 'no-access', message, location: {}, audience: 'user' };
    const data = { code: 'UNAUTHORIZED', httpStatus: status, problems: [problem] };
    response.writeHead(status, { ...safeHeaders, 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: { code: -32_001, message, data } }));
  } else if (headers.accept?.includes('text/html') === true) {
    const action = gate.formAction;
    sendDeniedPage(response, { reason, action, query: query.toString(), font });
  } else {
    refuse(response, status, deniedMessage(reason));
  }
}
