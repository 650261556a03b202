import { askLink } from '../../api/graphs/asked-link.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { copyText } from '../../kit/copy-text.ts';

/** What people may do who open the link of a graph. `limited`: it is an ask link, not the address of a server without a token. */
export const linkAllows = (limited: boolean): string =>
  limited
    ? 'Anyone with the link can ask this graph questions but change nothing.'
    : 'Anyone with the link can change everything: this server requires no token.';

/** Copies the link by which others ask a graph, and says what they may do. */
export async function copyAskLink(path: string): Promise<void> {
  try {
    const { href, limited } = await askLink(path);
    await copyText(href, 'the link', linkAllows(limited));
  } catch (error) {
    report(error);
  }
}
