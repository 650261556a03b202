import type { IncomingMessage } from 'node:http';
import { isLoopback } from '@graft/graph';

/** Headers by which proxies tell whom they ask for. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'];

/**
 * Why a request may not change the operator's settings, or undefined if it may. They hold keys, and say where those go:
 * only a person at this computer who has shown the token changes them on the page. All others edit the file.
 */
export function settingsRefusal(
  { headers, socket }: IncomingMessage,
  isGuarded: boolean,
): string | undefined {
  if (!isGuarded) {
    return 'Graft was started without a token, so anyone who reaches this page could change its settings.';
  }
  const name = headers.host?.replace(/:\d+$/, '') ?? '';
  const from = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const isHere = isLoopback(name) && isLoopback(from);
  if (isHere && forwarding.every((header) => headers[header] === undefined)) return undefined;
  return 'This page is open from another computer or through a proxy. Settings change only on the computer that runs Graft.';
}
