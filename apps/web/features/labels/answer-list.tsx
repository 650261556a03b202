import type { Label, Labels } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { ChoiceList } from '../../kit/choice-list.tsx';
import { contradicting, type AnswerToLabel } from './answers-to-label.ts';

interface ListProps {
  readonly answers: readonly AnswerToLabel[];
  readonly labels: Labels;
  readonly shown: AnswerToLabel | undefined;
  show(answer: AnswerToLabel): void;
}

const rowHeight = 46;

export const labelWords: Readonly<Record<Label['label'], string>> = {
  right: 'right',
  wrong: 'wrong',
  skip: 'skipped',
};

function Item({
  answer,
  label,
}: {
  readonly answer: AnswerToLabel;
  readonly label?: Label | undefined;
}) {
  const against = contradicting(answer, label);
  return (
    <>
      <span className="w-9 shrink-0 pt-px text-right text-sm text-ink-3 tabular-nums">
        {count(answer.at + 1)}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate">{answer.of.question}</span>
        <span className="block truncate text-sm text-ink-2">
          {answer.of.answer.trim() === '' ? 'no text' : answer.of.answer}
        </span>
      </span>
      {against.length === 0 ? null : (
        <span
          className="pt-px text-sm text-working"
          title={`Otherwise ${against.map(({ name }) => name).join(', ')}`}
        >
          ≠
        </span>
      )}
      <span className="w-[62px] shrink-0 text-right">
        {label === undefined ? null : (
          <span className="label-chip" data-label={label.label}>
            {labelWords[label.label]}
          </span>
        )}
      </span>
    </>
  );
}

/** The answers, one of which is shown. */
export function AnswerList({ answers, labels, shown, show }: ListProps) {
  return (
    <ChoiceList
      label="Answers"
      count={answers.length}
      at={answers.findIndex((one) => one.at === shown?.at)}
      rowHeight={rowHeight}
      rowClass="pr-3"
      idOf={(at) => (answers[at] === undefined ? undefined : `answer-${String(answers[at].at)}`)}
      show={(at) => {
        if (answers[at] !== undefined) show(answers[at]);
      }}
      row={(at) => {
        const answer = answers[at];
        return answer && <Item answer={answer} label={labels.get(answer.key)} />;
      }}
    />
  );
}
