import { runScoreText, scoreKey, scoreOf, type RunRecord, type RunScore } from '@graft/graph';
import type { RunJournal } from '@graft/store';
import type { RunScores } from './run-scores.ts';

/** The newest runs that a list covers. Pruning leaves half of them. */
const mostRuns = 2_000;
/** Runs of an earlier version whose scores are read at a time. */
const readAtOnce = 100;

export const runOrders = ['started', 'time', 'score'] as const;
type RunOrder = (typeof runOrders)[number];

export interface HistoryQuery {
  /** Absent: of all files. */
  readonly file?: string | undefined;
  /** Words that stand in a run's note, tags, file, status, error or score; `#word` is a tag. */
  readonly text?: string | undefined;
  /** The score to sort by, as `scoreKey` writes it; absent: the headline of each run. */
  readonly score?: string | undefined;
  readonly order?: RunOrder | undefined;
  /** Default: newest, longest, greatest first. */
  readonly ascending?: boolean | undefined;
}

/** A score that some runs have. */
export interface KnownScore extends Pick<RunScore, 'node' | 'metric'> {
  readonly key: string;
  readonly runs: number;
}

export interface RunPage {
  readonly runs: readonly RunRecord[];
  /** Of all pages. */
  readonly total: number;
  /** Of all runs of the file, or of all files: the most frequent first. */
  readonly scores: readonly KnownScore[];
  readonly tags: readonly string[];
}

/** A run in the course of a score. */
export interface ScorePoint {
  readonly run: string;
  readonly file: string;
  readonly startedAt: number;
  readonly value: number;
  readonly text: string;
}

/** Lists of the runs of graphs, by what they scored and by what people wrote about them. */
export class RunHistory {
  readonly #journal: RunJournal;
  readonly #scores: RunScores;

  constructor(journal: RunJournal, scores: RunScores) {
    this.#journal = journal;
    this.#scores = scores;
  }

  /** The runs of graphs, newest first, without those of experiments. */
  async runs(file: string | undefined): Promise<readonly RunRecord[]> {
    const of = file === undefined ? {} : { file };
    return this.#journal.list({ ...of, parent: null, kind: 'graph', limit: mostRuns });
  }

  async page(
    query: HistoryQuery,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<RunPage> {
    const read = await this.runs(query.file);
    // Only sorting by scores needs those of runs on other pages.
    const all = query.order === 'score' ? await this.#withScores(read) : read;
    const found = sorted(all.filter(matcher(query.text)), query);
    const runs = await this.#withScores(found.slice(offset, offset + limit));
    const readNow = new Map(runs.map((run) => [run.id, run]));
    const known = all.map((run) => readNow.get(run.id) ?? run);
    return { runs, total: found.length, scores: scoresOf(known), tags: tagsOf(all) };
  }

  /** The course of a score over the runs that a query finds, oldest first; without a key, of the headlines. */
  async course(query: HistoryQuery): Promise<readonly ScorePoint[]> {
    const all = await this.#withScores(await this.runs(query.file));
    return all
      .filter(matcher(query.text))
      .flatMap((run): ScorePoint[] => {
        const score = scoreOf(run.scores, query.score);
        if (score === undefined) return [];
        const { id, file, startedAt } = run;
        return [{ run: id, file, startedAt, value: score.value, text: runScoreText(score) }];
      })
      .toReversed();
  }

  /** Reads scores that no version recorded, of the first that lack them. */
  async #withScores(runs: readonly RunRecord[]): Promise<readonly RunRecord[]> {
    let left = readAtOnce;
    const known: RunRecord[] = [];
    for (const run of runs) {
      const isUnread = run.scores === undefined && run.finishedAt !== undefined;
      if (!isUnread || left === 0) {
        known.push(run);
        continue;
      }
      left -= 1;
      // Results of another version may be unreadable; the list is worth more than their scores.
      const scores = await this.#scores.of(run).catch(() => undefined);
      known.push(scores === undefined ? run : { ...run, scores });
    }
    return known;
  }
}

function matcher(text = ''): (run: RunRecord) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return ({ note = '', tags = [], file, status, error = '', scores: [score] = [] }) => {
    const own = tags.map((tag) => tag.toLowerCase());
    const shown = score === undefined ? '' : runScoreText(score);
    const all = [note, ...tags, file, status, error, shown].join('\n').toLowerCase();
    return words.every((word) =>
      word.startsWith('#') ? own.some((tag) => tag.startsWith(word.slice(1))) : all.includes(word),
    );
  };
}

function sorted(
  runs: readonly RunRecord[],
  { order = 'started', score, ascending = false }: HistoryQuery,
): readonly RunRecord[] {
  const valueOf = (run: RunRecord): number | undefined => {
    if (order === 'started') return run.startedAt;
    if (order === 'score') return scoreOf(run.scores, score)?.value;
    return run.finishedAt === undefined ? undefined : run.finishedAt - run.startedAt;
  };
  const sign = ascending ? 1 : -1;
  return runs.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined);
    return sign * (x - y);
  });
}

function scoresOf(runs: readonly RunRecord[]): readonly KnownScore[] {
  const known = new Map<string, KnownScore>();
  for (const { scores = [] } of runs) {
    for (const { node, metric } of scores) {
      const key = scoreKey({ node, metric });
      known.set(key, { key, node, metric, runs: (known.get(key)?.runs ?? 0) + 1 });
    }
  }
  return [...known.values()].toSorted((a, b) => b.runs - a.runs);
}

const tagsOf = (runs: readonly RunRecord[]): readonly string[] =>
  [...new Set(runs.flatMap(({ tags = [] }) => tags))].toSorted((a, b) => a.localeCompare(b, 'en'));
