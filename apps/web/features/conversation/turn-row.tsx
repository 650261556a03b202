import { useState } from 'react';
import { isAnswered, type Turn } from '@graft/view';
import { SmallModel } from '../../kit/slots.ts';
import { isAsking } from '../../api/graphs/asked-link.ts';
import { useGraphFunction } from '../../api/graphs/graph-function.ts';
import { askOther, forget } from '../../api/runs/conversation.ts';
import { TurnAnswer } from './turn-answer.tsx';

/** Characters of a question that are shown at first. */
const shownAtFirst = 400;

function Question({ text }: { readonly text: string }) {
  const [whole, showWhole] = useState(false);
  const isLong = text.length > shownAtFirst;
  return (
    <h3 className="min-w-0 flex-1 font-[550] [overflow-wrap:anywhere]">
      {isLong && !whole ? `${text.slice(0, shownAtFirst)}…` : text}
      {isLong ? (
        <button
          type="button"
          className="quiet-action ml-2 font-normal"
          onClick={() => showWhole(!whole)}
        >
          {whole ? 'Show less' : 'Show all'}
        </button>
      ) : null}
    </h3>
  );
}

interface TurnRowProps {
  readonly turn: Turn;
  /** Whether to say below the answers that their model is for trying out, where it is. */
  readonly judgesModel: boolean;
}

/** A question, and its answers below each other. */
export function TurnRow({ turn, judgesModel }: TurnRowProps) {
  const { question, answers } = turn;
  const hasAdapters = (useGraphFunction()?.adaptersOff.length ?? 0) > 0;
  const [first] = answers;
  const over = answers.every(isAnswered);
  const other = first?.adapter === 'off' ? 'on' : 'off';
  return (
    <li className="border-t border-line pt-3" data-testid="asked">
      <div className="flex items-baseline gap-3">
        <Question text={question} />
        {over ? (
          <button type="button" className="quiet-action" onClick={() => forget(turn)}>
            Remove
          </button>
        ) : null}
      </div>
      {answers.map((answer, at) => (
        // By place: an answer that is asked for again keeps the focus on its button.
        <TurnAnswer key={at} turn={turn} answer={answer} />
      ))}
      {over && hasAdapters && answers.length === 1 ? (
        <button
          type="button"
          className="quiet-action mt-1.5"
          onClick={() => void askOther(turn, other)}
        >
          {other === 'off' ? 'Ask without the adapter too' : 'Ask with the adapter too'}
        </button>
      ) : null}
      {judgesModel && answers.some(({ run }) => run?.status === 'succeeded') ? (
        <div className="mt-1.5 empty:hidden">
          {isAsking() ? (
            <p className="text-sm text-ink-2">
              A language model wrote this. It can be wrong: check it before you rely on it.
            </p>
          ) : (
            <SmallModel />
          )}
        </div>
      ) : null}
    </li>
  );
}
