import {
  GraphError,
  type InputsOf,
  metricInSentence,
  metricWords,
  type RunContext,
  withoutCitations,
  plural,
} from '@graft/graph';
import { logUnseen, questionsById } from '../kit/evaluation/question-rows.ts';
import { isAbout, type Judged, lacking } from './judge-metrics.ts';
import type { judge, MetricName } from './node.ts';

/** The answers with everything they are judged by. Throws `bad-input` if there are none. */
export async function judgedAnswers(
  ctx: RunContext,
  { answers, prompts, questions }: InputsOf<typeof judge>,
): Promise<readonly Judged[]> {
  const known = await questionsById(questions);
  const passages = new Map<string, readonly string[]>();
  for await (const prompt of prompts?.rows() ?? []) {
    const texts = prompt.passages.map(({ start, end }) => prompt.text.slice(start, end));
    passages.set(prompt.id, texts);
  }
  const judged: Judged[] = [];
  for await (const answer of answers.rows()) {
    judged.push({
      answer,
      text: uncited(answer.text),
      question: known?.get(answer.question.id) ?? answer.question,
      passages: passages.get(answer.id) ?? [],
    });
  }
  if (judged.length === 0) {
    throw new GraphError(
      'bad-input',
      'No answers arrived. Connect the answers of a Generate node.',
      {
        location: { node: ctx.node, port: 'answers' },
      },
    );
  }
  logUnseen(ctx, known, {
    seen: new Set(judged.map(({ question }) => question.id)),
    why: 'The question has no answer: retrieval or generation failed, or nobody asked it.',
  });
  return judged;
}

/** An answer without citations and the gaps that they leave. */
function uncited(text: string): string {
  return withoutCitations(text)
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=[.,;:!?])/g, '')
    .trim();
}

const needed = {
  passages: 'passages (connect the prompts of the answers)',
  reference: 'a reference (the field "reference" of the questions’ file)',
} as const;

/**
 * Warns how many answers lack what a metric needs. Throws `bad-input` for a `named` metric that no answer supports, and
 * if no answer supports any of the `asked` ones.
 */
export function logLacking(
  ctx: RunContext,
  judged: readonly Judged[],
  { asked, named }: { readonly asked: readonly MetricName[]; readonly named: boolean },
): void {
  const lacks = new Map<string, MetricName[]>();
  let had = 0;
  for (const name of asked) {
    const about = judged.filter((answer) => isAbout(name, answer));
    const without = about.filter((answer) => lacking(name, answer).length > 0);
    const of = new Set(without.flatMap((answer) => lacking(name, answer)));
    const needs = [...of].map((need) => needed[need]).join(' and ');
    if (without.length < about.length) had += 1;
    else if (named) {
      throw new GraphError(
        'bad-input',
        needs === ''
          ? `The metric ${name} needs questions that have an answer, but none does (${plural(judged.length, 'answer')}). Remove the metric.`
          : `The metric ${name} needs ${needs}, which no answer has (${plural(judged.length, 'answer')}). Add it, or remove the metric.`,
        { location: { node: ctx.node, port: of.has('passages') ? 'prompts' : 'answers' } },
      );
    }
    if (without.length === 0) continue;
    const what = `${without.length} of ${judged.length} answers lack ${needs}`;
    lacks.set(what, [...(lacks.get(what) ?? []), name]);
  }
  if (had === 0) {
    throw new GraphError(
      'bad-input',
      'None of these answers can be judged: their questions have no answer, and there are neither passages nor references. Connect the prompts of the answers, or add references to the questions’ file, in the field "reference".',
      { location: { node: ctx.node, port: 'answers' } },
    );
  }
  for (const [what, names] of lacks) {
    ctx.log(
      'warning',
      `${what} and do not count in the mean of ${names.map((name) => metricInSentence(metricWords(name))).join(', ')}.`,
    );
  }
}
