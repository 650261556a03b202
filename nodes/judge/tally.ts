import type { Judgement, MetricRow, RunContext } from '@graft/graph';
import { agreement, type Votes } from './verdict-scores.ts';

/** Sums up the judgements of one answer. */
export class Tally {
  readonly #values: MetricRow['values'] = {};
  readonly #votes: Votes[] = [];
  replies = 0;
  unread = 0;
  /** The reason for the first unanswered prompt. */
  refused: string | undefined;

  add({ metric, value, findings, exchanges }: Judgement): void {
    if (value !== undefined) this.#values[metric] = value;
    this.#votes.push(...findings.map(({ said }) => said));
    for (const { reply, problem } of exchanges) {
      if (reply === undefined) this.refused ??= problem;
      else this.replies += 1;
      if (reply !== undefined && problem !== undefined) this.unread += 1;
    }
  }

  /** Its metrics; also how far repeats agree, and the share of unreadable replies, if any. */
  values(): MetricRow['values'] {
    const agreed = agreement(this.#votes);
    return {
      ...this.#values,
      ...(agreed === undefined ? {} : { agreement: agreed }),
      ...(this.replies === 0 ? {} : { unparseable: this.unread / this.replies }),
    };
  }
}

/** Logs how many replies were missing or unreadable. */
export function logReplies(ctx: RunContext, tallies: readonly Tally[]): void {
  const refusals = tallies.flatMap(({ refused }) => refused ?? []);
  if (refusals.length > 0) {
    ctx.log(
      'warning',
      `Parts of ${refusals.length} answers could not be judged. The first: ${refusals[0] ?? ''}`,
    );
  }
  const all = tallies.reduce((sum, { replies }) => sum + replies, 0);
  const unread = tallies.reduce((sum, tally) => sum + tally.unread, 0);
  if (unread === 0) return;
  ctx.log(
    'warning',
    unread === all
      ? `Graft could parse none of the judge’s ${all} replies, so there are no verdicts. See the replies in the output "judgements". Connect a larger model, or state the form of the reply more plainly in the prompts.`
      : `Graft could not parse ${unread} of ${all} replies. Answers that lack a verdict for that reason do not count in the mean. See the replies in the output "judgements".`,
  );
}
