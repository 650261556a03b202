import { type Question, questionSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** Questions with the known facts of their answers. */
export function QuestionRows(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={questionSchema} unit="questions">
      {(row: Question) => (
        <div className="gk-row">
          <span className="gk-number gk-id" title={row.id}>
            {row.id}
          </span>
          <span className="gk-grow">
            {row.question}
            {row.reference !== undefined && <small>{row.reference}</small>}
            {row.accept !== undefined && <small>Also right: {row.accept.join(' · ')}</small>}
            {row.group !== undefined && <small>About: {row.group}</small>}
            {row.paraphraseOf !== undefined && <small>Paraphrase of: {row.paraphraseOf}</small>}
            {row.variants?.map((variant) => (
              <small key={variant}>Also searched for: {variant}</small>
            ))}
            {row.choices !== undefined && <small>Choices: {row.choices.join(' · ')}</small>}
            {row.documents !== undefined && row.documents.length > 0 && (
              <small className="gk-mono">{row.documents.join(', ')}</small>
            )}
          </span>
          {row.hard === true && <span className="gk-tag">hard</span>}
          {row.answerable === false && <span className="gk-tag">not answerable</span>}
        </div>
      )}
    </RowList>
  );
}
