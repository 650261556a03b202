import type { Answer, Span } from '@graft/graph';
import {
  AnswerText as PlainAnswer,
  PassageList as PlainPassages,
  showPassage,
  type PassageListProps,
} from '@graft/nodes/kit/ui';
import { isAsking } from '../../api/graphs/asked-link.ts';
import { Markdown } from '../../kit/markdown.tsx';

const isMarkdown = ({ path }: Span): boolean => /\.(md|markdown|mdx)$/i.test(path);

/** The passages that a model was given; those of Markdown files as such. */
export function PassageList(props: PassageListProps) {
  return (
    <PlainPassages {...props}>
      {(text, source) => (isMarkdown(source) ? <Markdown text={text} /> : text)}
    </PlainPassages>
  );
}

/** Shows a cited passage among those below its answer. */
const showBelow = (number: number, from: Element): void =>
  showPassage(from.closest('article'), number);

/** An answer with its citations. By an ask link they lead to the passages below: documents stay closed. */
export function AnswerText({
  answer,
  open,
  hasPassages,
}: {
  readonly answer: Answer;
  readonly open: ((source: Span) => void) | undefined;
  /** Whether the passages stand below it. */
  readonly hasPassages: boolean;
}) {
  const openNumber = isAsking() && hasPassages ? showBelow : undefined;
  return <PlainAnswer {...{ answer, open, openNumber }} />;
}
