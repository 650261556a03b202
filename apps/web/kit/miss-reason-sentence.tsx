import type { ReasonLine } from '@graft/view';

/** Why a step ran, with what changed set off. */
export function ReasonSentence({ line }: { readonly line: ReasonLine }) {
  return (
    <>
      {line.lead}
      {line.changes.map(({ what, before, after }, index) => (
        <span key={what}>
          {index === 0
            ? ' '
            : line.rest === undefined && index === line.changes.length - 1
              ? ' and '
              : ', '}
          <b className="font-semibold">{what}</b>
          {index === line.changes.length - 1 && line.rest === undefined ? ' changed' : ''}
          {before === undefined ? null : (
            <s className="ml-1 font-mono text-[11.5px] text-ink-2">{before}</s>
          )}
          {after === undefined ? null : <span className="font-mono text-[11.5px]"> → {after}</span>}
        </span>
      ))}
      {line.rest === undefined ? '' : ` ${line.rest} changed`}
      {line.changes.length > 0 ? '.' : ''}
    </>
  );
}
