import { inTurns, readRows } from '@graft/engine';
import {
  Answers,
  knownMetric,
  metricRowSchema,
  Metrics,
  rightAnswers,
  type ArtifactRef,
  type ArtifactStore,
  type RunRecord,
  type RunScore,
  type StepSummary,
} from '@graft/graph';
import type { RunJournal } from '@graft/store';
import type { AnswerAccuracy } from '../labels/answer-accuracy.ts';

/** Outputs that are read for the scores of a run: a loop may have thousands. */
const mostRead = 100;
/** Scores that a run has at most: loops and subgraphs may evaluate in many places. */
const mostScores = 24;
/** Bytes of metrics beyond which they are curves, not a summary that somebody reads. */
const mostBytes = 8_000_000;

/** Reads and records what the results of runs show. */
export class RunScores {
  readonly #journal: RunJournal;
  readonly #artifacts: ArtifactStore;
  readonly #answers: AnswerAccuracy;

  constructor(parts: {
    readonly journal: RunJournal;
    readonly artifacts: ArtifactStore;
    readonly answers: AnswerAccuracy;
  }) {
    this.#journal = parts.journal;
    this.#artifacts = parts.artifacts;
    this.#answers = parts.answers;
  }

  /** Those of a run that has ended: recorded ones, else read now and recorded. */
  async of(run: RunRecord): Promise<readonly RunScore[] | undefined> {
    if (run.scores !== undefined || run.finishedAt === undefined) return run.scores;
    return this.record(run.id);
  }

  async record(runId: string): Promise<readonly RunScore[]> {
    const scores = await this.#read(await this.#journal.steps(runId));
    await this.#journal.recordScores(runId, scores);
    return scores;
  }

  /**
   * Right answers come first, of these the ones that somebody evaluates; then what evaluations lead with, then all else. Of
   * each the outer nodes come first.
   */
  async #read(steps: readonly StepSummary[]): Promise<readonly RunScore[]> {
    const depth = ({ node }: StepSummary): number => node.split('/').length;
    const ordered = steps.toSorted((a, b) => depth(a) - depth(b) || (a.node < b.node ? -1 : 1));
    const evaluated = inputsOfMetrics(steps);
    const answers: RunScore[] = [];
    const otherAnswers: RunScore[] = [];
    const leading: RunScore[] = [];
    const others: RunScore[] = [];
    const best = (): readonly RunScore[] =>
      [...answers, ...otherAnswers, ...leading, ...others].slice(0, mostScores);
    let toRead = mostRead;
    for (const { node, outputs } of ordered) {
      for (const ref of Object.values(outputs)) {
        if (ref.mediaType !== Answers.mediaType && ref.mediaType !== Metrics.mediaType) continue;
        if (toRead-- === 0) return best();
        if (ref.mediaType === Answers.mediaType) {
          const list = evaluated.has(ref.digest) ? answers : otherAnswers;
          list.push(...(await this.#right(node, ref)));
        }
        if (ref.mediaType !== Metrics.mediaType || ref.summary === undefined) continue;
        const [first, ...rest] = await this.#summary(node, ref);
        if (first !== undefined) leading.push(first);
        others.push(...rest);
      }
    }
    return best();
  }

  async #right(node: string, ref: ArtifactRef): Promise<RunScore[]> {
    if (!(await this.#artifacts.has(ref.digest))) return [];
    const { right, wrong } = await this.#answers.of(ref);
    const of = right + wrong;
    return of === 0 ? [] : [{ node, metric: rightAnswers, value: right / of, right, of }];
  }

  /** The means in the summary row of metrics, the one of the output's headline first. */
  async #summary(node: string, ref: ArtifactRef): Promise<RunScore[]> {
    if (ref.size > mostBytes || !(await this.#artifacts.has(ref.digest))) return [];
    for await (const read of inTurns(readRows(this.#artifacts, ref, Metrics))) {
      const row = metricRowSchema.safeParse(read);
      if (!row.success || row.data.series !== 'summary') continue;
      const scores = Object.entries(row.data.values).flatMap(([metric, value]): RunScore[] =>
        knownMetric(metric) === undefined ? [] : [{ node, metric, value }],
      );
      const leads = ({ metric }: RunScore): number =>
        ref.summary?.startsWith(`${metric} `) === true ? 0 : 1;
      return scores.toSorted((a, b) => leads(a) - leads(b));
    }
    return [];
  }
}

/** Digests of what the steps that gave metrics received. */
function inputsOfMetrics(steps: readonly StepSummary[]): ReadonlySet<string> {
  const isMetrics = ({ outputs }: StepSummary): boolean =>
    Object.values(outputs).some(({ mediaType }) => mediaType === Metrics.mediaType);
  return new Set(
    steps
      .filter(isMetrics)
      .flatMap(({ parts = [] }) =>
        parts.flatMap(({ name, value }) => (name.startsWith('input.') ? value.split(' ') : [])),
      ),
  );
}
