import { inTurns, readRows } from '@graft/engine';
import {
  Answers,
  answerSchema,
  answerVerdict,
  GraphError,
  type ArtifactRef,
  type ArtifactStore,
} from '@graft/graph';
import { PromiseCache } from '../runs/promise-cache.ts';

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
export class AnswerAccuracy {
  readonly #artifacts: ArtifactStore;
  readonly #known = new PromiseCache<AnswerScore>(kept);

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /** Throws `bad-input` for what holds no answers. */
  of(ref: ArtifactRef): Promise<AnswerScore> {
    return this.#known.get(ref.digest, () => this.#count(ref));
  }

  async #count(ref: ArtifactRef): Promise<AnswerScore> {
    if (ref.mediaType !== Answers.mediaType) {
      throw new GraphError('bad-input', 'Only answers can be compared with references.');
    }
    const counts = { right: 0, wrong: 0, 'no reference': 0 };
    for await (const row of inTurns(readRows(this.#artifacts, ref, Answers))) {
      counts[answerVerdict(answerSchema.parse(row))] += 1;
    }
    return { right: counts.right, wrong: counts.wrong, without: counts['no reference'] };
  }
}
