/**
 * Whether a host, by name or number and with or without the brackets of a URL, is this machine: only programs here reach it,
 * and no name server can make it another.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
