import { type Label, type Labels, type Preference, type Prompt, RowIds } from '@graft/graph';
import type { LabelledAnswer } from './labelled-answer.ts';

/**
 * Of each question that is answered: every answer that is labelled right before every one that is labelled wrong, those
 * included that an earlier run gave.
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
        .map((one) => one.answer);
    for (const chosen of answersThatAre('right')) {
      for (const rejected of answersThatAre('wrong')) {
        yield { id: ids.own(id), prompt: promptOf.get(question) ?? question, chosen, rejected };
      }
    }
  }
}
