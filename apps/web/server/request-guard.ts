import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];
const wildcards = ['0.0.0.0', '::', '[::]'];

type Headers = IncomingMessage['headers'];

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

/** The hosts that a server answers to, lower case, without a port. */
export interface AllowedHosts {
  /** All of them. */
  readonly names: ReadonlySet<string>;
  /** Those of proxies, which say by `X-Forwarded-Proto` how the browser came. */
  readonly proxied: ReadonlySet<string>;
}

/**
 * The hosts of a server that binds `host`, with those that `listed` adds. The port is anybody's: a forwarded one (`ssh -L`,
 * `docker -p`) is not the one that is bound.
 */
export function allowedHosts(host: string, listed: readonly string[]): AllowedHosts {
  const names = [...loopbackNames, urlHost(host), ...listed];
  if (wildcards.includes(host)) {
    names.push(hostname());
    for (const addresses of Object.values(networkInterfaces())) {
      for (const { address } of addresses ?? []) names.push(urlHost(address));
    }
  }
  const lower = (all: readonly string[]): ReadonlySet<string> =>
    new Set(all.map((name) => name.toLowerCase()));
  return { names: lower(names), proxied: lower(listed) };
}

/** A name or an address, and perhaps a port. */
const hostHeader = /^(\[[\d.:a-f]+\]|[^\s/:@[\]]+)(?::\d{1,5})?$/;

function nameOf({ host }: Headers): string | undefined {
  return hostHeader.exec(host?.toLowerCase() ?? '')?.[1];
}

/** Whether the browser came by HTTPS: a proxy that was named says so. Of several proxies the first saw the browser. */
export function cameByHttps(headers: Headers, { proxied }: AllowedHosts): boolean {
  const [first = ''] = String(headers['x-forwarded-proto'] ?? '').split(',', 1);
  return proxied.has(nameOf(headers) ?? '') && first.trim().toLowerCase() === 'https';
}

/**
 * Why a request is refused, as a plain sentence, or undefined when it may pass. A page of another site can
 * make a browser send requests here; it can choose neither `Host` (which DNS rebinding leaves foreign) nor
 * `Origin`, nor `Sec-Fetch-Site`.
 */
export function refusal(headers: Headers, { names }: AllowedHosts): string | undefined {
  const name = nameOf(headers);
  if (name === undefined || !names.has(name)) {
    return `This server does not answer to the host "${headers.host ?? ''}". Open it by the address that "graft serve" printed, or allow the name with --allow-host.`;
  }
  const { origin } = headers;
  const host = headers.host?.toLowerCase() ?? '';
  if (
    origin !== undefined &&
    ![`http://${host}`, `https://${host}`].includes(origin.toLowerCase())
  ) {
    return `Requests from "${origin}" are refused: only Graft's own page may use this server. A proxy in between must pass the Host header on, port included.`;
  }
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') {
    return "Requests from other sites are refused: only Graft's own page may use this server.";
  }
  return undefined;
}
