import { GraphError, type RunContext } from '@graft/graph';
import { searchAnswer } from './search-answer.ts';

/** Most bytes of a search's answer. */
const largestAnswer = 4 * 1024 * 1024;
/** Most engines that a message names. */
const mostNamed = 5;

/**
 * Addresses that a search finds, best first. Throws if the engine is unreachable, and if nothing was found while some
 * engines behind it failed: the empty result is uncertain and must not be cached.
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
        `${origin} answered a search with more than 4 MiB, so it is probably not a search engine. Check the address.`,
      );
    });
  if ([413, 414, 431].includes(status)) {
    throw new GraphError(
      'bad-input',
      `${origin} refused a question of ${asked.length} characters (${status}): “${asked.slice(0, 60)}…”. Shorten it, or remove it.`,
      { location: { node: ctx.node, port: 'questions' } },
    );
  }
  if (status === 403) {
    throw unavailable(
      `${origin} refused to answer in JSON (403). In your own SearXNG, add json to search.formats in its settings.yml.`,
    );
  }
  if (status < 200 || status >= 300) {
    throw unavailable(
      `${origin} answered a search with ${status}. Check the address, and that the server works.`,
    );
  }
  const answer = searchAnswer(new TextDecoder().decode(body));
  if (answer === undefined) {
    throw unavailable(
      `${origin} did not answer with JSON results like SearXNG. Check the address.`,
    );
  }
  const { urls, silent } = answer;
  if (silent.length === 0) return urls;
  const named = silent.slice(0, mostNamed).join(', ');
  const engines = `${named}${silent.length > mostNamed ? ` and ${silent.length - mostNamed} more` : ''}`;
  if (urls.length === 0) {
    throw unavailable(
      `${origin} found nothing, and some of its engines did not answer: ${engines}. Run again later, or check its engines.`,
    );
  }
  ctx.log('warning', `Some engines of ${origin} did not answer: ${engines}.`);
  return urls;
}

function unavailable(message: string): GraphError {
  return new GraphError('unavailable', message, {
    audience: 'operator',
    location: { param: 'url' },
  });
}
