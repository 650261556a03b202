import {
  type Answer,
  answerSchema,
  type AnswerVerdict,
  answerVerdict,
  type Citation,
  foundPassages,
  promptSchema,
  referencesOf,
  verdictRule,
} from '@graft/graph';
import { type ReactNode, useMemo, useRef } from 'react';
import { plural } from '../text/amounts.ts';
import type { PreviewProps } from '../preview-props.ts';
import { RowList, fittingRows } from '../list/row-list.tsx';
import { SourceLink } from '../text/source-link.tsx';

/** Answers with their citations; those in progress come first. */
export function AnswerList(props: PreviewProps): ReactNode {
  const finished = new Set(props.rows.map(idOf));
  const writing = Object.entries(props.streaming ?? {}).filter(([id]) => !finished.has(id));
  // Marks answers without a reference only beside others that have one.
  const compared = useMemo(
    () =>
      fittingRows(props.rows, answerSchema).some(
        (row) => row.fits && referencesOf(row.value.question).length > 0,
      ),
    [props.rows],
  );
  const questions = useMemo(() => questionsOf(props.items ?? []), [props.items]);
  return (
    <>
      {writing.length > 0 && (
        <div className="gk-list" aria-live="polite">
          {writing.map(([id, text], at) => (
            <div key={id} className="gk-item">
              <small className="gk-faint">{questions.get(id) ?? id}</small>
              <p
                className={
                  props.stopped !== true && at === writing.length - 1
                    ? 'gk-answer gk-caret'
                    : 'gk-answer'
                }
              >
                {text}
              </p>
            </div>
          ))}
        </div>
      )}
      {(props.rows.length > 0 || writing.length === 0) && (
        <RowList {...props} schema={answerSchema} unit="answers">
          {(answer) => (
            <AnswerRow
              {...{ answer, compared }}
              open={props.openSpan}
              cut={<CutMark params={props.params} openParam={props.openParam} />}
            />
          )}
        </RowList>
      )}
    </>
  );
}

function AnswerRow(props: {
  readonly answer: Answer;
  readonly open: PreviewProps['openSpan'];
  readonly compared: boolean;
  /** Stands below an answer that was cut. */
  readonly cut: ReactNode;
}): ReactNode {
  const { answer, open, compared, cut } = props;
  const { question } = answer.question;
  const verdict = answerVerdict(answer);
  return (
    <article className="gk-item" data-verdict={verdict}>
      {compared && <VerdictMark verdict={verdict} />}
      <small className="gk-faint">
        {question}
        {answer.question.hard === true && <span className="gk-tag gk-after">hard</span>}
      </small>
      <AnswerText answer={answer} open={open} />
      <small>
        {plural(answer.completionTokens, 'token')}
        {answer.finishReason === 'length' && <> · {cut}</>}
      </small>
    </article>
  );
}

/** That an answer was cut, with the way to the parameter that cut it where the node has it. */
function CutMark({ params, openParam }: Pick<PreviewProps, 'params' | 'openParam'>): ReactNode {
  const words = 'cut at max tokens';
  if (openParam === undefined || params['maxTokens'] === undefined) return words;
  return (
    <button
      type="button"
      className="gk-link"
      title="Show the parameter Max tokens"
      onClick={() => openParam('maxTokens')}
    >
      {words}
    </button>
  );
}

/** Whether an answer is right, with the rule. */
export function VerdictMark({ verdict }: { readonly verdict: AnswerVerdict }): ReactNode {
  return (
    <span className="gk-verdict" data-verdict={verdict} title={verdictRule}>
      {verdict}
    </span>
  );
}

/** An answer with its reference and its citations. */
export function AnswerText({
  answer,
  open,
  openNumber,
}: {
  readonly answer: Answer;
  readonly open: PreviewProps['openSpan'];
  /** Shows a cited passage by its number, where its document cannot be opened. */
  readonly openNumber?: ((number: number, from: Element) => void) | undefined;
}): ReactNode {
  const { text, question, citations } = answer;
  const isFound = citations.some(({ by }) => by === 'attributed');
  return (
    <>
      <p className="gk-answer">{text}</p>
      {question.reference !== undefined && (
        <p className="gk-reference">
          <span>Reference</span>
          <span>{question.reference}</span>
        </p>
      )}
      {isFound && <p className="gk-found">{foundPassages(answer)}</p>}
      <ol className="gk-citations">
        {citations.map((citation) => (
          <CitationRow key={citation.number} {...{ citation, open, openNumber }} />
        ))}
      </ol>
    </>
  );
}

function CitationRow(props: {
  readonly citation: Citation;
  readonly open: PreviewProps['openSpan'];
  readonly openNumber: ((number: number, from: Element) => void) | undefined;
}): ReactNode {
  const { number, source, by, chunkId } = props.citation;
  const row = useRef<HTMLLIElement>(null);
  const { openNumber } = props;
  const showNumber =
    openNumber === undefined
      ? undefined
      : () => {
          if (row.current !== null) openNumber(number, row.current);
        };
  return (
    <li ref={row}>
      <span className="gk-number">[{number}]</span>
      <SourceLink span={source} open={props.open ?? showNumber} />
      <details>
        <summary className="gk-by">{by === 'written' ? 'cited by the model' : 'why'}</summary>
        {by === 'attributed' && (
          <p>
            Graft found it by the words that it shares with the answer. That does not make the
            answer right.
          </p>
        )}
        <p>
          Chunk <span className="gk-mono">{chunkId}</span>
          {source.title !== source.path && ` of “${source.title}”`}
        </p>
      </details>
    </li>
  );
}

/** The question of each prompt, by id. */
function questionsOf(prompts: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(
    fittingRows(prompts, promptSchema).flatMap((row) =>
      row.fits ? [[row.value.id, row.value.question.question] as const] : [],
    ),
  );
}

function idOf(row: unknown): unknown {
  return typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined;
}
