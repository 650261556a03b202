import {
  type JudgeExchange,
  type JudgeFinding,
  type Judgement,
  judgementSchema,
  metricWords,
} from '@graft/graph';
import type { ReactNode } from 'react';
import { measure } from '../text/amounts.ts';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** Judgements with their verdicts; each unfolds to its prompts and replies. */
export function JudgementList(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={judgementSchema} unit="judgements">
      {(judgement) => <JudgementRow judgement={judgement} />}
    </RowList>
  );
}

function JudgementRow({ judgement }: { readonly judgement: Judgement }): ReactNode {
  const { metric, value, question, answer, findings, exchanges } = judgement;
  return (
    <article className="gk-item">
      <span className="gk-verdict">
        {metricWords(metric)} {value === undefined ? 'missing' : measure(value)}
      </span>
      <small className="gk-faint">{question.question}</small>
      <p className="gk-answer">{answer}</p>
      {question.reference !== undefined && (
        <p className="gk-reference">
          <span>Reference</span>
          <span>{question.reference}</span>
        </p>
      )}
      <ul className="gk-citations">
        {findings.map((finding, at) => (
          <li key={at}>
            <span className="gk-number">{verdictText(finding)}</span>
            {finding.text}
          </li>
        ))}
      </ul>
      {exchanges.map((exchange, at) => (
        <Exchange key={at} exchange={exchange} />
      ))}
    </article>
  );
}

/** `yes (2 of 3)`; for a generated question with its cosine. */
function verdictText({ verdict, said, similarity }: JudgeFinding): string {
  const word = verdict === undefined ? '?' : verdict ? 'yes' : 'no';
  const alike = said.filter((vote) => vote === verdict).length;
  return [
    said.length > 1 && verdict !== undefined ? `${word} (${alike} of ${said.length})` : word,
    ...(similarity === undefined ? [] : [`similarity ${measure(similarity)}`]),
  ].join(' · ');
}

function Exchange({ exchange }: { readonly exchange: JudgeExchange }): ReactNode {
  const { asked, repeat, prompt, reply, problem } = exchange;
  return (
    <details>
      <summary>
        {asked} {repeat}
        {problem !== undefined && (
          <span className="gk-by">{reply === undefined ? 'no reply' : 'unreadable reply'}</span>
        )}
      </summary>
      {problem !== undefined && <small>{problem}</small>}
      <div className="gk-text">{prompt}</div>
      {reply !== undefined && <div className="gk-text">{reply}</div>}
    </details>
  );
}
