const style =
  ':root{color-scheme:light dark}body{display:grid;place-items:center;min-height:90vh;margin:0;background:light-dark(#fbfbfa,#151614);color:light-dark(#1c1b19,#ecebe6);font:15px/1.55 system-ui,sans-serif}main{max-width:34em;padding:24px}h1{font-size:19px}p{color:light-dark(#5d5a54,#a9a79f)}code{white-space:nowrap;font:13px ui-monospace,monospace;color:light-dark(#1c1b19,#ecebe6)}';

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${title}</title><style>${style}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>\n`;
}

const titles = {
  missing: 'This address lacks its token',
  wrong: 'This token is not the one of this workspace',
} as const;

/** The sentence for those who read no HTML. */
export const deniedMessage =
  'This server asks for a token. Open the address that "graft serve" printed, token included.';

/** What a person sees who comes without the right token. */
export function deniedPage(reason: keyof typeof titles): string {
  return page(
    titles[reason],
    '<p>Graft opens this workspace only to the person who started it. Open the address that <code>npm start</code> or <code>graft serve</code> printed in its terminal, with everything behind <code>?token=</code>.</p><p>If that terminal is gone, start it again: it prints the same address. <code>--no-token</code> waives the token on a machine that is yours alone.</p>',
  );
}

/**
 * Leads from another site's link, or a chat's, to the page. A redirect would still count as that site's request, for
 * which browsers hold back a strict cookie; what this page asks for is our own.
 */
export function enteringPage(location: string): string {
  const target = location.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return page(
    'Opening Graft',
    `<p><a href="${target}">Go on</a></p>`,
    `<meta http-equiv="refresh" content="0;url=${target}">`,
  );
}
