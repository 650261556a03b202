import { readRows } from '@graft/engine';
import {
  Answers,
  answerSchema,
  answerVerdict,
  GraphError,
  type ArtifactRef,
  type ArtifactStore,
} from '@graft/graph';

/** How many answers agree with their references. */
export interface AnswerScore {
  readonly right: number;
  readonly wrong: number;
  /** Answers whose question carries no reference. */
  readonly without: number;
}

/** Scores kept; artifacts never change. */
const kept = 500;

/** Compares the answers of an artifact with the references of their questions, each artifact once. */
export class AnswerScores {
  readonly #artifacts: ArtifactStore;
  readonly #known = new Map<string, Promise<AnswerScore>>();

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /** Throws `bad-input` for what holds no answers. */
  of(ref: ArtifactRef): Promise<AnswerScore> {
    const known = this.#known.get(ref.digest) ?? this.#count(ref);
    this.#known.set(ref.digest, known);
    known.catch(() => this.#known.delete(ref.digest));
    const [oldest] = this.#known.keys();
    if (this.#known.size > kept && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  async #count(ref: ArtifactRef): Promise<AnswerScore> {
    if (ref.mediaType !== Answers.mediaType) {
      throw new GraphError('bad-input', 'Only answers are compared with references.');
    }
    const counts = { right: 0, wrong: 0, 'no reference': 0 };
    for await (const row of readRows(this.#artifacts, ref, Answers)) {
      counts[answerVerdict(answerSchema.parse(row))] += 1;
    }
    return { right: counts.right, wrong: counts.wrong, without: counts['no reference'] };
  }
}
