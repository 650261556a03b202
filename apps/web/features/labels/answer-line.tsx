import type { Label } from '@graft/graph';
import type { RecordLine } from '../../kit/records/record-list.tsx';
import { contradicting, type AnswerToLabel } from './answers-to-label.ts';

const labelWords: Readonly<Record<Label['label'], string>> = {
  right: 'right',
  wrong: 'wrong',
  skip: 'skipped',
};

export const labelWord = (label: Label | undefined): string =>
  label === undefined ? 'no label' : labelWords[label.label];

export function LabelChip({ label }: { readonly label: Label }) {
  return (
    <span className="label-chip" data-label={label.label}>
      {labelWord(label)}
    </span>
  );
}

/** What the list says of an answer, with its label and whether something contradicts that. */
export function answerLine(answer: AnswerToLabel, label: Label | undefined): RecordLine {
  const against = contradicting(answer, label);
  const { question, answer: text } = answer.of;
  return {
    number: answer.at + 1,
    heading: question,
    text: text.trim() === '' ? 'no text' : text,
    mark:
      against.length === 0 ? null : (
        <span title={`Otherwise ${against.map(({ name }) => name).join(', ')}`}>≠</span>
      ),
    tail: label === undefined ? null : <LabelChip label={label} />,
  };
}
