import { plural } from '@graft/nodes/kit/ui';
import type { ReactNode } from 'react';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { lineText, useWarnings } from '../../kit/log-lines.tsx';

/** Warnings that are shown in full above an output; more are counted. */
const mostShown = 3;

/** Warnings in a box: all, or the first of them. */
export function WarningBox({
  texts,
  most = texts.length,
  children,
}: {
  readonly texts: readonly string[];
  readonly most?: number;
  readonly children?: ReactNode;
}) {
  return (
    <div
      className="mb-3 rounded-[7px] border border-line px-[11px] py-2"
      role="note"
      aria-label={plural(texts.length, 'warning')}
      data-testid="warnings"
    >
      <ul className="flex flex-col gap-1">
        {texts.slice(0, most).map((text, index) => (
          <li key={index} className="flex gap-2 break-words">
            <span className="text-working" aria-hidden>
              !
            </span>
            <span className="min-w-0">{text}</span>
          </li>
        ))}
      </ul>
      {children}
    </div>
  );
}

/** Above an output: what its step warned of, so that nobody reads the one without the other. */
export function WarningNotice({ node }: { readonly node: string }) {
  const warnings = useWarnings(node);
  const graph = useDocument((state) => state.graph);
  if (warnings.length === 0) return null;
  const more = warnings.length - mostShown;
  return (
    <div className="mx-4">
      <WarningBox most={mostShown} texts={warnings.map((line) => lineText(line, graph))}>
        {more > 0 ? (
          <button
            type="button"
            className="mt-1 text-ink-2 hover:text-ink hover:underline"
            onClick={() => useScreen.getState().show({ inspectorTab: 'logs' })}
          >
            and {plural(more, 'more warning')} in the log
          </button>
        ) : null}
      </WarningBox>
    </div>
  );
}
