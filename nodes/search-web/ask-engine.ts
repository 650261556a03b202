import { GraphError, type RunContext } from '@graft/graph';
import { searchAnswer } from './search-answer.ts';

/** Bytes of a search's answer. */
const largestAnswer = 4 * 1024 * 1024;
/** Engines that a message names. */
const mostNamed = 5;

/**
 * Addresses that a search finds, the best first. Throws where it cannot be asked, and where nothing was found while some of
 * the engines behind it did not answer: that nothing is there nobody knows then, and it must not be kept.
 */
export async function askEngine(
  ctx: RunContext,
  address: string,
  { seconds, pause }: { readonly seconds: number; readonly pause: number },
): Promise<readonly string[]> {
  const { origin, searchParams } = new URL(address);
  const asked = searchParams.get('q') ?? '';
  const asking = { signal: ctx.signal, seconds, pause, most: largestAnswer };
  const { status, body } = await ctx.web
    .get(address, { ...asking, robots: false, asks: true })
    .catch((error: unknown) => {
      if (!(error instanceof GraphError) || error.code !== 'too-large') throw error;
      throw unavailable(
        `${origin} answers a search with more than 4 MiB, which no search engine does. Check the address.`,
      );
    });
  if ([413, 414, 431].includes(status)) {
    throw new GraphError(
      'bad-input',
      `${origin} takes no question of ${asked.length} characters (${status}): “${asked.slice(0, 60)}…”. Shorten it, or leave it out.`,
      { location: { node: ctx.node, port: 'questions' } },
    );
  }
  if (status === 403) {
    throw unavailable(
      `${origin} does not answer in JSON (403). In a SearXNG of your own, add json to search.formats in its settings.yml.`,
    );
  }
  if (status < 200 || status >= 300) {
    throw unavailable(
      `${origin} answers a search with ${status}. Check the address, and whether it is well.`,
    );
  }
  const answer = searchAnswer(new TextDecoder().decode(body));
  if (answer === undefined) {
    throw unavailable(
      `${origin} does not answer a search as SearXNG does, in JSON with results. Check the address.`,
    );
  }
  const { urls, silent } = answer;
  if (silent.length === 0) return urls;
  const named = silent.slice(0, mostNamed).join(', ');
  const engines = `${named}${silent.length > mostNamed ? ` and ${silent.length - mostNamed} more` : ''}`;
  if (urls.length === 0) {
    throw unavailable(
      `${origin} finds nothing, and of its engines these did not answer: ${engines}. Run again later, or see to its engines.`,
    );
  }
  ctx.log('warning', `Of the engines of ${origin} these did not answer: ${engines}.`);
  return urls;
}

function unavailable(message: string): GraphError {
  return new GraphError('unavailable', message, {
    audience: 'operator',
    location: { param: 'url' },
  });
}
