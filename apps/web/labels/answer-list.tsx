import type { Label, Labels } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
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

/** The answers, of which only those in view are drawn. Arrows go through them. */
export function AnswerList({ answers, labels, shown, show }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const at = answers.findIndex((one) => one.at === shown?.at);
  const virtualizer = useVirtualizer({
    count: answers.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  useEffect(() => {
    if (at !== -1) virtualizer.scrollToIndex(at);
  }, [virtualizer, at]);
  const pageOf = (): number =>
    Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
  const steps: Readonly<Record<string, () => number>> = {
    ArrowDown: () => at + 1,
    ArrowUp: () => at - 1,
    PageDown: () => at + pageOf(),
    PageUp: () => at - pageOf(),
    Home: () => 0,
    End: () => answers.length - 1,
  };
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = steps[event.key]?.();
    if (to === undefined) return;
    const next = answers[Math.min(answers.length - 1, Math.max(0, to))];
    if (next !== undefined) show(next);
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
      role="listbox"
      aria-label="Answers"
      aria-activedescendant={at === -1 ? undefined : `answer-${String(shown?.at)}`}
      tabIndex={0}
      data-list
      onKeyDown={press}
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const answer = answers[index];
          if (answer === undefined) return null;
          return (
            <div
              key={answer.at}
              id={`answer-${String(answer.at)}`}
              className="edited-row pr-3"
              role="option"
              aria-selected={answer.at === shown?.at}
              style={{ transform: `translateY(${String(start)}px)`, height: rowHeight }}
              onClick={() => show(answer)}
            >
              <Item answer={answer} label={labels.get(answer.key)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
