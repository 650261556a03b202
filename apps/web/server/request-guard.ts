import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];
const wildcards = ['0.0.0.0', '::', '[::]'];

/** Whether only this machine can reach a server that binds `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** `host` as it stands in a URL: IPv6 in brackets. */
function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** `host` as people on this machine can open it. */
export function openableHost(host: string): string {
  return wildcards.includes(host) ? '127.0.0.1' : urlHost(host);
}

/** Under which addresses other machines reach a server that binds every address of this one. */
export function outerHosts(host: string): readonly string[] {
  if (!wildcards.includes(host)) return [];
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ family, internal, address }) =>
      family === 'IPv4' && !internal ? address : [],
    ),
  );
}

/** The `Host` headers that a server bound to `host` and `port` answers to, lower case. */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const names = [...loopbackNames, urlHost(host)];
  if (wildcards.includes(host)) {
    names.push(hostname());
    for (const addresses of Object.values(networkInterfaces())) {
      for (const { address } of addresses ?? []) names.push(urlHost(address));
    }
  }
  const allowed = names.map((name) => `${name.toLowerCase()}:${port}`);
  // Browsers leave the port out when it is the scheme's own.
  if (port === 80) allowed.push(...names.map((name) => name.toLowerCase()));
  return new Set(allowed);
}

/**
 * Why a request is refused, as a plain sentence, or undefined when it may pass. A page of another site can
 * make a browser send requests here; it can choose neither `Host` (which DNS rebinding leaves foreign) nor
 * `Origin`, nor `Sec-Fetch-Site`.
 */
export function refusal(
  headers: IncomingMessage['headers'],
  hosts: ReadonlySet<string>,
): string | undefined {
  const host = headers.host?.toLowerCase();
  if (host === undefined || !hosts.has(host)) {
    return `This server does not answer to the host "${headers.host ?? ''}". Open it by the address that "graft serve" printed.`;
  }
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    return `Requests from "${origin}" are refused: only Graft's own page may use this server.`;
  }
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') {
    return "Requests from other sites are refused: only Graft's own page may use this server.";
  }
  return undefined;
}
