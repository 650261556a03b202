import { create } from 'zustand';
import { useScreen } from '../../kit/stores.ts';
import { mostSides, type ComparedSide } from '@graft/view';

/** Answers that became right, or wrong. */
export type Turned = 'gained' | 'lost';

/** The output that is the only one to compare; where there are several, the overview. No node is called like it. */
export const onlyOutput = '*';

/** What the comparison shows. */
export interface ComparePlace {
  /** The first is the baseline. */
  readonly sides: readonly ComparedSide[];
  /** An output, `generate.answers`, or `onlyOutput`; undefined: the overview. */
  readonly output: string | undefined;
  /** Only answers that turned this way. */
  readonly turned: Turned | undefined;
  /** Whether equal values are shown, too. */
  readonly all: boolean;
}

/** The most characters of the name of a run, a node or an output. */
const longestName = 700;

const turns: readonly Turned[] = ['gained', 'lost'];

function comparePlaceOf({ searchParams }: URL): ComparePlace {
  return {
    sides: searchParams
      .getAll('side')
      .slice(0, mostSides)
      .flatMap((text) => sideOf(text) ?? []),
    output: outputOf(searchParams.get('of') ?? ''),
    turned: turns.find((turn) => turn === searchParams.get('turned')),
    all: searchParams.get('all') === 'true',
  };
}

const outputOf = (text: string): string | undefined =>
  text === '' || text.length > longestName ? undefined : text;

function sideOf(text: string): ComparedSide | undefined {
  const colon = text.indexOf(':');
  const [run, node] = colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  if (run === '' || text.length > longestName) return undefined;
  return node === '' ? { run } : { run, node };
}

/** Writes the comparison into an address, in place of the one that was there. */
function withComparePlace(url: URL, { sides, output, turned, all }: ComparePlace): URL {
  const to = new URL(url);
  to.searchParams.delete('side');
  for (const { run, node } of sides) {
    to.searchParams.append('side', node === undefined ? run : `${run}:${node}`);
  }
  for (const [name, value] of Object.entries({
    of: output,
    turned,
    all: all ? 'true' : undefined,
  })) {
    if (value === undefined) to.searchParams.delete(name);
    else to.searchParams.set(name, value);
  }
  return to;
}

export const useComparePlace = create<ComparePlace>()(() => comparePlaceOf(new URL(location.href)));

/** Changes what the comparison shows. The address keeps it for reloads and links. */
export function showInComparison(part: Partial<ComparePlace>): void {
  useComparePlace.setState(part);
  const place = useComparePlace.getState();
  history.replaceState(null, '', withComparePlace(new URL(location.href), place));
}

/**
 * Compares runs, or nodes of them, which begin with what they gave. The browser's Back leads to where the person was.
 */
export function compareSides(sides: readonly ComparedSide[]): void {
  const output = sides.every(({ node }) => node !== undefined) ? onlyOutput : undefined;
  const place: ComparePlace = { sides, output, turned: undefined, all: false };
  const url = withComparePlace(new URL(location.href), place);
  // The canvas selection means nothing here.
  for (const name of ['node', 'tab', 'below']) url.searchParams.delete(name);
  url.searchParams.set('view', 'compare');
  history.pushState(null, '', url);
  useComparePlace.setState(place);
  useScreen.getState().look('compare');
}

/** Follows the browser's Back and Forward. Returns the stop function. */
export function followComparePlace(): () => void {
  const read = (): void => useComparePlace.setState(comparePlaceOf(new URL(location.href)));
  read();
  window.addEventListener('popstate', read);
  return () => window.removeEventListener('popstate', read);
}
