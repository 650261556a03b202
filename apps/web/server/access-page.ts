import type { ServerResponse } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toKeptAddress } from '@graft/view';
import { selfContainedPolicy } from './content-policy.ts';
import type { Denial } from './gate.ts';
import { safeHeaders } from './static-files.ts';

const style =
  ':root{color-scheme:light dark}body{display:grid;place-items:center;min-height:90vh;margin:0;background:light-dark(#fbfbfa,#151614);color:light-dark(#1c1b19,#ecebe6);font:14px/1.55 Inter,system-ui,sans-serif}main{max-width:34em;padding:24px}h1{font-size:19px}p{color:light-dark(#5d5a54,#a9a79f)}a{color:inherit}code{white-space:nowrap;font:13px ui-monospace,monospace;color:light-dark(#1c1b19,#ecebe6)}form{display:flex;flex-wrap:wrap;gap:8px;margin:20px 0}label{flex-basis:100%;font-weight:600}input,button{box-sizing:border-box;min-height:38px;padding:0 12px;border:1px solid light-dark(#8a867e,#75726b);border-radius:7px;font:inherit;color:inherit;background:light-dark(#fff,#1e1f1c)}input{flex:1 1 15em;min-width:0}button{border-color:light-dark(#2f6f4f,#7cc29d);color:light-dark(#fff,#10130f);background:light-dark(#2f6f4f,#7cc29d);cursor:pointer}:focus-visible{outline:2px solid light-dark(#2f6f4f,#7cc29d);outline-offset:2px}';

/** The font of the application as a style rule, so that this page needs no file. Empty if the folder of the page lacks it. */
export function pageFont(folder: string): string {
  try {
    const media = join(folder, '_next', 'static', 'media');
    const name = readdirSync(media).find((file) => /^inter-latin-wght-normal.*\.woff2$/.test(file));
    if (name === undefined) return '';
    const data = readFileSync(join(media, name)).toString('base64');
    return `@font-face{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  } catch {
    return '';
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Sends a page that needs nothing else. */
function sendPage(
  response: ServerResponse,
  status: number,
  page: {
    readonly title: string;
    readonly body: string;
    readonly head?: string;
    readonly script?: string;
    /** The rule of `pageFont`. */
    readonly font?: string;
  },
): void {
  const { title, body, head = '', script, font = '' } = page;
  const styles = font + style;
  response.writeHead(status, {
    ...safeHeaders,
    // The form's own address must come along, or browsers would call its origin "null".
    'Referrer-Policy': 'same-origin',
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': selfContainedPolicy(styles, script),
    'Cache-Control': 'no-store',
  });
  const scripts = script === undefined ? '' : `<script>${script}</script>`;
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${title}</title>${scripts}<style>${styles}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>\n`,
  );
}

const titles: Readonly<Record<Denial, string>> = {
  missing: 'This address lacks its token',
  wrong: 'Wrong token for this workspace',
  limited: 'Too many tries with a wrong token',
  link: 'This link no longer works',
};

const tokenMessage =
  'This server asks for a token. Open the address that "graft serve" printed, token included.';

/** The sentence for those who read no HTML. */
export const deniedMessage = (reason: Denial): string =>
  reason === 'link'
    ? 'This link no longer works. Ask the person who sent it to you for a new one.'
    : tokenMessage;

/** For people whom somebody else sent here. */
const forColleagues: Partial<Record<Denial, string>> = {
  missing:
    '<p>Did somebody send you this link? Ask them for a new one: in Graft, <b>App</b>, then <b>Copy the link</b>.</p>',
  link: '<p>Ask the person who sent you this link for a new one: in Graft, <b>App</b>, then <b>Copy the link</b>.</p>',
};

export const deniedStatus = (reason: Denial): 401 | 429 => (reason === 'limited' ? 429 : 401);

export interface DeniedPage {
  readonly reason: Denial;
  /** Where the form is sent. */
  readonly action: string;
  /** What stood behind the question mark, which the form keeps. */
  readonly query: string;
  /** The rule of `pageFont`. */
  readonly font: string;
}

/** What a person sees who comes without the right token: where it is, and a form that takes it. */
export function sendDeniedPage(
  response: ServerResponse,
  { reason, action, query, font }: DeniedPage,
): void {
  const wait =
    reason === 'limited'
      ? '<p role="alert">Graft refuses more wrong tokens for a minute. The right token still works.</p>'
      : '';
  const about = forColleagues[reason] ?? '';
  if (reason === 'link') {
    const home = escaped(action.replace(/enter$/, ''));
    const body = `${about}<p>Is this your own workspace? Links to ask end when its token changes. <a href="${home}">Open the workspace</a> and copy the link again.</p>`;
    return sendPage(response, deniedStatus(reason), { title: titles[reason], body, font });
  }
  const body = `${wait}${about}<p>Is this your own workspace? Open the address that <code>npm start</code> or <code>graft serve</code> printed, or paste it here. Its token stands after <code>?token=</code>.</p><form method="post" action="${escaped(action)}"><label for="token">Token or address</label><input id="token" name="token" type="password" autocomplete="off" spellcheck="false" required autofocus><input type="hidden" name="query" value="${escaped(query)}"><button>Open workspace</button></form><p>If that terminal is gone, run the command again: it prints the same address.</p>`;
  sendPage(response, deniedStatus(reason), {
    ...{ title: titles[reason], body, font },
    ...(reason === 'missing' ? { script: toKeptAddress } : {}),
  });
}

/**
 * Leads from another site's link, or a chat's, to a page of ours. A redirect would still count as that site's request, for
 * which browsers hold back a strict cookie; what this page asks for is our own.
 */
export function sendEnteringPage(response: ServerResponse, location: string): void {
  const target = escaped(location);
  sendPage(response, 200, {
    title: 'Opening Graft',
    body: `<p><a href="${target}">Open workspace</a></p>`,
    head: `<meta http-equiv="refresh" content="0;url=${target}">`,
  });
}
