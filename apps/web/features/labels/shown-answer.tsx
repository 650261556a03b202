import {
  foundPassages,
  metricWords,
  type Citation,
  type Label,
  type Labels,
  type LabelValue,
} from '@graft/graph';
import { SourceLink } from '@graft/nodes/kit/ui';
import type { ReactNode } from 'react';
import { useScreen } from '../../kit/stores.ts';
import { LabelChip } from './answer-line.tsx';
import { otherLabels, type AnswerToLabel, type Verdict } from './answers-to-label.ts';

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h4 className="mb-1 text-sm text-ink-2">{title}</h4>
      {children}
    </section>
  );
}

function Passages({ citations }: { readonly citations: readonly Citation[] }) {
  return (
    <ul className="grid gap-1">
      {citations.map(({ number, source }, at) => (
        <li key={at} className="flex items-baseline gap-2">
          <span className="font-mono text-[11.5px] text-ink-2">[{number}]</span>
          <SourceLink
            span={source}
            open={(span) => useScreen.getState().show({ source: { span } })}
          />
        </li>
      ))}
    </ul>
  );
}

/** Only once there is a label, so that nobody is swayed. */
function Verdicts({
  verdicts,
  label,
}: {
  readonly verdicts: readonly Verdict[];
  readonly label: Label;
}) {
  return (
    <ul className="flex flex-wrap gap-1.5">
      {verdicts.map(({ name, right }, at) => {
        const differs = label.label !== 'skip' && right !== (label.label === 'right');
        return (
          <li key={at} className="chip" data-tone={differs ? 'working' : undefined}>
            {differs ? '≠ ' : ''}
            {metricWords(name)}: {right ? 'right' : 'wrong'}
          </li>
        );
      })}
    </ul>
  );
}

function Others({ labels }: { readonly labels: readonly Label[] }) {
  return (
    <ul className="grid gap-1">
      {labels.map((label) => (
        <li key={label.answer} className="flex items-baseline gap-2">
          <LabelChip label={label} />
          <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{label.answer}</span>
        </li>
      ))}
    </ul>
  );
}

interface ShownProps {
  readonly shown: AnswerToLabel;
  readonly labels: Labels;
  readonly note: string;
  write(note: string): void;
}

/** One answer with all that helps to judge it. */
export function ShownAnswer({ shown, labels, note, write }: ShownProps) {
  const { answer, verdicts } = shown;
  const { question, citations, finishReason } = answer;
  const label = labels.get(shown.key);
  const others = otherLabels(shown, labels);
  return (
    <div
      className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto px-5 py-4"
      data-testid="answer"
    >
      <h3 className="text-lg font-[620] [overflow-wrap:anywhere]">{question.question}</h3>
      <Part title="Answer">
        <p className="border-l-2 border-line-strong pl-3 text-lg leading-normal [overflow-wrap:anywhere] whitespace-pre-wrap">
          {answer.text.trim() === '' ? <i className="text-ink-2">no text</i> : answer.text}
          {finishReason === 'length' ? (
            <span className="ml-2 text-sm text-ink-2">cut off</span>
          ) : null}
        </p>
      </Part>
      {question.reference === undefined && question.answerable !== false ? null : (
        <Part title="Reference">
          <p className="[overflow-wrap:anywhere] whitespace-pre-wrap">
            {question.reference ?? 'None: the documents do not contain an answer.'}
          </p>
        </Part>
      )}
      {citations.length === 0 ? null : (
        <Part
          title={
            citations.some(({ by }) => by === 'attributed')
              ? foundPassages(answer)
              : 'Passages cited'
          }
        >
          <Passages citations={citations} />
        </Part>
      )}
      {verdicts.length === 0 || label === undefined ? null : (
        <Part title="Metrics">
          <Verdicts verdicts={verdicts} label={label} />
        </Part>
      )}
      {others.length === 0 ? null : (
        <Part title="Earlier labels: other answers to this question">
          <Others labels={others} />
        </Part>
      )}
      <label className="block">
        <span className="mb-1 block text-sm text-ink-2">Note</span>
        <textarea
          className="field min-h-[30px]"
          rows={2}
          placeholder={label === undefined ? 'Saved once you label the answer' : 'Why'}
          data-note
          value={note}
          onChange={(event) => write(event.target.value)}
        />
      </label>
    </div>
  );
}

const choices: readonly {
  readonly value: LabelValue;
  readonly title: string;
  readonly key: string;
}[] = [
  { value: 'right', title: 'Right', key: 'R' },
  { value: 'wrong', title: 'Wrong', key: 'W' },
  { value: 'skip', title: 'Skip', key: 'S' },
];

/** What is said of the answer, by mouse. */
export function LabelButtons({
  label,
  mark,
}: {
  readonly label: Label | undefined;
  mark(value: LabelValue | undefined): void;
}) {
  return (
    <div
      className="flex items-center gap-2 border-t border-line px-5 py-3"
      role="group"
      aria-label="Label"
    >
      {choices.map(({ value, title, key }) => (
        <button
          key={value}
          type="button"
          className="button label-button"
          data-label={value}
          aria-pressed={label?.label === value}
          onClick={() => mark(value)}
        >
          {title} <kbd className="kbd">{key}</kbd>
        </button>
      ))}
      <span className="flex-1" />
      {label === undefined ? null : (
        <button
          type="button"
          className="text-ink-2 hover:text-ink hover:underline"
          title="Del"
          onClick={() => mark(undefined)}
        >
          Remove label
        </button>
      )}
    </div>
  );
}
