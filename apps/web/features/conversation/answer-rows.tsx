import {
  type Answer,
  answerSchema,
  answerVerdict,
  type ArtifactRef,
  type Prompt,
  promptSchema,
  type Span,
} from '@graft/graph';
import { VerdictMark } from '@graft/nodes/kit/ui';
import { problemText, type StepView, type Turn } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { problemsOf } from '../../api/problem.ts';
import { isAsking } from '../../api/graphs/asked-link.ts';
import { useScreen } from '../../kit/stores.ts';
import { AnswerText, PassageList } from './readable-passages.tsx';

/** Rows of an answer or a prompt that are read: a question has one. */
const mostRows = 20;

/** The rows of an artifact; undefined until they have come. */
export function useRows(artifact: ArtifactRef | undefined) {
  return useQuery({
    queryKey: ['asked-rows', artifact?.digest, artifact?.mediaType],
    enabled: artifact !== undefined,
    // Artifacts never change.
    staleTime: Infinity,
    queryFn: async () =>
      artifact === undefined
        ? []
        : (await api.artifacts.page.query({ artifact, offset: 0, limit: mostRows })).rows,
  });
}

/** Opens a passage's document as the run of the answer read it; an ask link leaves it closed. */
const sourceOpener = (run: string): ((span: Span) => void) | undefined =>
  isAsking() ? undefined : (span) => useScreen.getState().show({ source: { span, run } });

/** An answer, whether it is right where that is known, and the passages that the model was given. */
function AnswerRow({
  answer,
  turn,
  runId,
  prompt,
}: {
  readonly answer: Answer;
  readonly turn: Turn;
  readonly runId: string;
  readonly prompt: Prompt | undefined;
}) {
  const { reference, answerable } = turn;
  const asked = {
    ...answer.question,
    ...(reference === undefined ? {} : { reference }),
    ...(answerable === undefined ? {} : { answerable }),
  };
  const compared = { ...answer, question: asked };
  const verdict = answerVerdict(compared);
  const isOther = answer.question.question !== turn.question;
  return (
    <article className="asked-answer" data-verdict={verdict}>
      {verdict === 'no reference' ? null : <VerdictMark verdict={verdict} />}
      {isOther ? <p className="text-sm text-ink-2">{answer.question.question}</p> : null}
      <AnswerText answer={compared} open={sourceOpener(runId)} hasPassages={prompt !== undefined} />
      {answer.text.trim() === '' ? <p className="text-ink-2">The answer is empty.</p> : null}
      {answer.finishReason === 'length' ? (
        <p className="text-sm text-ink-2">Cut off: it reached the longest answer.</p>
      ) : null}
      {prompt === undefined ? null : (
        <PassageList
          prompt={prompt}
          cited={
            new Set(
              answer.citations.flatMap(({ number, by }) => (by === 'written' ? [number] : [])),
            )
          }
          open={sourceOpener(runId)}
        />
      )}
    </article>
  );
}

const promptsIn = (rows: readonly unknown[]): readonly Prompt[] =>
  rows.flatMap((row) => promptSchema.safeParse(row).data ?? []);

/** The answers of a step, or what has been written of them so far. */
export function AnswerRows({
  turn,
  runId,
  step,
  artifact,
  prompts: made,
}: {
  readonly turn: Turn;
  readonly runId: string;
  readonly step: StepView;
  readonly artifact: ArtifactRef | undefined;
  readonly prompts: readonly unknown[];
}) {
  const { data: rows, error } = useRows(artifact);
  const prompts = promptsIn(made).filter(({ passages }) => passages.length > 0);
  if (error !== null) {
    const problems = problemsOf(error);
    return problems.some(({ code }) => code === 'missing-file') ? (
      <p className="text-ink-2">
        This answer was removed from the cache. Retry to generate it again.
      </p>
    ) : (
      <p className="text-error">{problems.map(problemText).join(' ')}</p>
    );
  }
  const answers = (rows ?? []).flatMap((row) => answerSchema.safeParse(row).data ?? []);
  if (answers.length > 0) {
    return answers.map((answer) => (
      <AnswerRow
        key={answer.id}
        {...{ answer, turn, runId }}
        prompt={prompts.find(({ question }) => question.id === answer.question.id)}
      />
    ));
  }
  const texts = [...step.texts].map(([, text]) => text);
  const warned = step.logs.findLast(({ level }) => level !== 'info')?.message;
  const [prompt] = prompts;
  return (
    <>
      {texts.map((text, at) => (
        <p
          key={at}
          className={`gk-answer ${step.status === 'running' && at === texts.length - 1 ? 'gk-caret' : ''}`}
        >
          {text}
        </p>
      ))}
      {rows !== undefined && warned !== undefined ? (
        <p className="text-error" role="alert">
          {warned}
        </p>
      ) : null}
      {prompt === undefined ? null : (
        <PassageList prompt={prompt} cited={undefined} open={sourceOpener(runId)} />
      )}
    </>
  );
}
