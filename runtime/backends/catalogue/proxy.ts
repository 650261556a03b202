import { GraphError, isLoopback } from '@graft/graph';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address, as curl reads it: `HTTPS_PROXY`, `HTTP_PROXY`, else `ALL_PROXY`, in
 * small letters too, unless `NO_PROXY` lists the host. This machine is never asked through a proxy.
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  const setting = (name: string): string =>
    (environment[name.toLowerCase()] || environment[name] || '').trim();
  const text = setting(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const address = text === '' ? setting('ALL_PROXY') : text;
  if (address === '' || isLoopback(url.hostname)) return undefined;
  if (isExcepted(url, setting('NO_PROXY'))) return undefined;
  const full = address.includes('://') ? address : `http://${address}`;
  const proxy = URL.canParse(full) ? new URL(full) : undefined;
  // The address may hold a password, so no message repeats it.
  if (proxy?.protocol === 'http:' && proxy.hostname !== '') return proxy;
  throw new GraphError(
    'unavailable',
    'The address of the proxy in HTTPS_PROXY or HTTP_PROXY is not one that Graft can use. Write http://host:port.',
    { audience: 'operator' },
  );
}

function isExcepted({ hostname, host }: URL, exceptions: string): boolean {
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const name = entry.replace(/^\*?\./, '');
      if (entry === '*') return true;
      return (
        name !== '' && [hostname, host].some((own) => own === name || own.endsWith(`.${name}`))
      );
    });
}
