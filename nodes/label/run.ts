import {
  GraphError,
  implement,
  type Label,
  labelKey,
  type Labels,
  type MetricRow,
  parseLabels,
  type RunContext,
  type Preference,
  type Prompt,
  RowIds,
  plural,
} from '@graft/graph';
import { answerRow } from '../kit/evaluation/question-rows.ts';
import { fileText } from '../kit/text/table-rows.ts';
import { agreementRows, isRight, type LabelledAnswer } from './agreement-rows.ts';
import { label } from './node.ts';

export const run = implement(label, async (ctx, { answers, verdicts, prompts }, params) => {
  const labels = await readLabels(ctx);
  const all: LabelledAnswer[] = [];
  for await (const answer of answers.rows()) {
    ctx.signal.throwIfAborted();
    const { question } = answer.question;
    all.push({ answer, label: labels.get(labelKey({ question, answer: answer.text })) });
  }
  if (all.length === 0) {
    throw new GraphError(
      'bad-input',
      'No answers arrived. Connect the answers of a Generate node.',
      {
        location: { node: ctx.node, port: 'answers' },
      },
    );
  }
  logUnlabelled(ctx, all, { labels, file: params.file });
  const given = await Promise.all(verdicts.map((rows) => rows.all()));
  return {
    metrics: metricsOf(all),
    agreement: agreementRows(ctx, { labelled: all, verdicts: given, rule: params }),
    preferences: preferencesOf(all, { labels, prompts: (await prompts?.all()) ?? [] }),
  };
});

/** None if the file does not exist yet. */
async function readLabels(ctx: RunContext): Promise<Labels> {
  const [file] = ctx.sources.flatMap((source) => (source.kind === 'files' ? source.files : []));
  if (file === undefined) return new Map();
  let text = '';
  for await (const piece of fileText(file)) text += piece;
  return parseLabels(text, file.path);
}

function metricsOf(all: readonly LabelledAnswer[]): MetricRow[] {
  const rows = all.map(({ answer, label: given }) => {
    const right = isRight(given);
    return answerRow(
      answer.id,
      answer.question,
      right === undefined ? {} : { labelledRight: Number(right) },
    );
  });
  const count = (is: (given: Label | undefined) => boolean): number =>
    all.filter((answer) => is(answer.label)).length;
  const right = count((given) => isRight(given) === true);
  const wrong = count((given) => isRight(given) === false);
  const share = right + wrong === 0 ? {} : { labelledRight: right / (right + wrong) };
  const counts = {
    ...{ right, wrong, skipped: count((given) => given?.label === 'skip') },
    unlabelled: count((given) => given === undefined),
  };
  return [{ series: 'summary', values: { ...share, ...counts } }, ...rows];
}

/** Logs how many answers have no label, and how many of them had one before they changed. */
function logUnlabelled(
  ctx: RunContext,
  all: readonly LabelledAnswer[],
  { labels, file }: { readonly labels: Labels; readonly file: string },
): void {
  const open = all.filter((answer) => answer.label === undefined);
  if (open.length === 0) return;
  if (open.length === all.length && labels.size === 0) {
    ctx.log(
      'info',
      `No answer is labelled yet (${plural(all.length, 'answer')}). Choose “Label the answers” on the page. Graft writes the labels to ${file}.`,
    );
    return;
  }
  ctx.log(
    'warning',
    `${open.length} of ${all.length} answers have no label and do not count in the mean. Label them before you compare variants: their means may cover different answers.`,
  );
  const questions = new Set([...labels.values()].map(({ question }) => question));
  const changed = open.filter(({ answer }) => questions.has(answer.question.question)).length;
  if (changed === 0) return;
  ctx.log(
    'info',
    `For ${changed} of these questions, the label belongs to another answer. It stays in ${file} and counts when that answer comes again.`,
  );
}

/**
 * For each answered question, pairs every answer labelled right with every one labelled wrong, including those of
 * earlier runs.
 */
export function* preferencesOf(
  labelled: readonly LabelledAnswer[],
  { labels, prompts }: { readonly labels: Labels; readonly prompts: readonly Prompt[] },
): Generator<Preference> {
  const byQuestion = new Map<string, Label[]>();
  for (const label of labels.values()) {
    byQuestion.set(label.question, [...(byQuestion.get(label.question) ?? []), label]);
  }
  const promptOf = new Map(prompts.map(({ question, text }) => [question.question, text]));
  const ids = new RowIds();
  const done = new Set<string>();
  for (const { answer } of labelled) {
    const { id, question } = answer.question;
    if (done.has(question)) continue;
    done.add(question);
    const answersThatAre = (value: Label['label']): readonly string[] =>
      (byQuestion.get(question) ?? [])
        .filter(({ label }) => label === value)
        .map((label) => label.answer);
    for (const chosen of answersThatAre('right')) {
      for (const rejected of answersThatAre('wrong')) {
        yield { id: ids.own(id), prompt: promptOf.get(question) ?? question, chosen, rejected };
      }
    }
  }
}
