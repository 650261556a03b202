import { graphTitle } from '@graft/graph';
import { documentStore, screenStore } from '@graft/view';
import { api, queries, queryClient } from '../client.ts';
import { fileTitle, readFile, report } from './graph-file.ts';
import { readUsedGraphs } from './used-graphs.ts';

const linkShape = /\/ask\/([\w-]+)\.[\w-]{22}\/$/;

/** The graph of the ask link that the page was opened by; undefined for people with the server's token. */
export function askedFile(): string | undefined {
  const encoded = linkShape.exec(globalThis.location?.pathname ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const bytes = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

export const isAsking = (): boolean => askedFile() !== undefined;

/** Opens the graph of an ask link: without drafts and past runs, which its people do not have. */
export async function openAsked(path: string): Promise<void> {
  try {
    const file = readFile(await api.graphs.read.query({ path }));
    const graph = file.baseGraph;
    documentStore.getState().open(file);
    document.title = graphTitle(graph)?.title ?? fileTitle(path);
    await readUsedGraphs(graph);
  } catch (error) {
    report(error);
  } finally {
    screenStore.getState().show({ begun: true });
  }
}

/** The query for the ask link. Prefetch it: browsers allow copying only right after a press. */
export const askLinkOptions = (path: string) =>
  queries.graphs.askLink.queryOptions({ path }, { staleTime: Infinity });

interface AskLink {
  readonly href: string;
  /** Whether it leads to this graph's questions only; without a token, it is the address of the app view. */
  readonly limited: boolean;
}

/** The link by which others ask a graph. */
export async function askLink(path: string): Promise<AskLink> {
  const link = await queryClient.fetchQuery(askLinkOptions(path));
  if (link !== null) return { href: new URL(link, location.href).href, limited: true };
  const url = new URL(location.pathname, location.href);
  url.searchParams.set('graph', path);
  url.searchParams.set('view', 'app');
  return { href: url.href, limited: false };
}
