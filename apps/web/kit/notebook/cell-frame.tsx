import type { CellHead } from '@graft/view';
import type { ComponentProps, ReactNode } from 'react';
import { familyColour } from '../node-types.ts';
import { OutputFrame } from './output-frame.tsx';
import { settingText, verdictRule } from '@graft/graph';

/** How the output of a cell is looked at; nothing of it is saved with the graph. */
export interface OutputLook {
  readonly folded?: boolean;
  /** Pixels, where somebody drew it to a height. */
  readonly height?: number | undefined;
}

interface CellFrameProps extends Omit<ComponentProps<'article'>, 'title' | 'children'> {
  readonly head: CellHead;
  /** What the node is called in the graph, or in the run. */
  readonly name: string;
  readonly status: { readonly label: string; readonly tone: string } | undefined;
  /** The line at its foot, and whether that says what went wrong. */
  readonly result: string;
  readonly failed: boolean;
  readonly look: OutputLook;
  readonly relook: (change: OutputLook) => void;
  /** Takes the place of the title while that is written. */
  readonly titleField?: ReactNode;
  readonly beforeStatus?: ReactNode;
  readonly afterStatus?: ReactNode;
  /** Between its head and its output. */
  readonly children: ReactNode;
  /** Undefined: nothing has come of it. */
  readonly output: ReactNode | undefined;
  readonly belowOutput?: ReactNode;
  /** At the end of its foot. */
  readonly footEnd?: ReactNode;
}

/** One node as a cell: what it is, what came of it, and the line that sums that up. */
export function CellFrame(props: CellFrameProps) {
  const { head, name, status, result, failed, look, relook, titleField, children, ...more } = props;
  const { beforeStatus, afterStatus, output, belowOutput, footEnd, ...article } = more;
  const { folded = false, height } = look;
  return (
    <article className="cell" style={{ '--c': familyColour(head.group) }} {...article}>
      <header className="cell-head">
        <i className="group-square" />
        {titleField ?? <h2 className="truncate font-[600]">{head.title}</h2>}
        <code className="truncate text-[11.5px] text-ink-2">{name}</code>
        <span className="flex-1" />
        {beforeStatus}
        {status === undefined ? null : (
          <span className="chip" data-tone={status.tone}>
            {status.label}
          </span>
        )}
        {afterStatus}
      </header>
      {children}
      {output === undefined || folded ? null : (
        <OutputFrame
          height={height}
          label={head.title}
          resize={(wanted) => relook({ height: wanted })}
        >
          {output}
        </OutputFrame>
      )}
      {belowOutput}
      <footer className="cell-foot">
        <span className={`min-w-0 break-words ${failed ? 'text-error' : ''}`}>{result}</span>
        <span className="flex-1" />
        {output === undefined ? null : (
          <button type="button" aria-expanded={!folded} onClick={() => relook({ folded: !folded })}>
            {folded ? 'Show the output' : 'Fold the output'}
          </button>
        )}
        {footEnd}
      </footer>
    </article>
  );
}

/** The parameters of a node that differ from their defaults, in code form. */
export function Settings({ params }: { readonly params: Readonly<Record<string, unknown>> }) {
  const set = Object.entries(params).filter(([, value]) => value !== undefined);
  if (set.length === 0) return <span className="text-ink-2">all defaults</span>;
  return set.map(([name, value]) => (
    <span key={name} className="cell-setting" title={settingText(value)}>
      <span className="text-ink-2">{name}=</span>
      {settingText(value)}
    </span>
  ));
}

/** How many answers agree with their references, and by which rule. */
export function ScoreLine({ score }: { readonly score: string }) {
  return (
    <p
      className="flex flex-wrap items-baseline gap-x-2 px-4 pb-2 first:pt-3"
      data-testid="score"
      title={verdictRule}
    >
      <b className="font-semibold">{score}</b>
      <span className="text-sm text-ink-2">compared with the words of the references</span>
    </p>
  );
}
