import { Answers, type Judgement, Judgements, judgementSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps, RowList } from '../kit/ui/index.ts';

/** Each answer with its verdict; or answers that stand, questions to ask again, and the figures. */
export function preview(props: PreviewProps): ReactNode {
  const { artifact } = props;
  if (artifact.mediaType === Judgements.mediaType) {
    return (
      <RowList {...props} schema={judgementSchema} unit="answers">
        {(verdict) => <Verdict verdict={verdict} />}
      </RowList>
    );
  }
  return (
    <>
      {artifact.mediaType === Answers.mediaType && (
        <p className="gk-note">
          Answers that failed a check were replaced. “verdicts” shows the originals and why they
          failed.
        </p>
      )}
      <PortPreview {...props} />
    </>
  );
}

/** Outcome of an answer, in the colours of answer marks. */
function outcome(value: number | undefined): { readonly word: string; readonly colour?: string } {
  if (value === undefined) return { word: 'not judged' };
  return value === 1 ? { word: 'passed', colour: 'right' } : { word: 'failed', colour: 'wrong' };
}

/** The full question and answer; failed criteria first, passed ones below. */
function Verdict({ verdict }: { readonly verdict: Judgement }): ReactNode {
  const { question, answer, value, findings } = verdict;
  const { word, colour } = outcome(value);
  const against = findings.filter((finding) => finding.verdict !== true);
  const passed = findings.filter((finding) => finding.verdict === true);
  return (
    <article className="gk-item">
      <span className="gk-verdict" data-verdict={colour}>
        {word}
      </span>
      <small className="gk-faint">{question.question}</small>
      <p className="gk-answer">{answer.trim() === '' ? <em>nothing</em> : answer}</p>
      {question.reference !== undefined && (
        <p className="gk-reference">
          <span>Reference</span>
          <span>{question.reference}</span>
        </p>
      )}
      {against.length > 0 && <p className="gk-why">{against.map(({ text }) => text).join(' ')}</p>}
      {passed.length > 0 && <small>{passed.map(({ text }) => text).join(' ')}</small>}
    </article>
  );
}
