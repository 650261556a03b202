import type { ArtifactRef, Document, Span } from '@graft/graph';
import { placeLabel } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { problemsOf } from '../../api/problem.ts';
import { keptNow, problemText } from '@graft/view';
import { CloseIcon } from '../../kit/icons.tsx';
import { useConversation, useRunView, useScreen } from '../../kit/stores.ts';
import { documentArtifacts, findDocument, sourceLines } from './source-document.ts';
import { useModal } from '../../kit/dialog.tsx';

function close(): void {
  useScreen.getState().show({ source: null });
}

/** The lines in view; scrolls to the first line of the span. */
function Lines({ document, span }: { readonly document: Document; readonly span: Span }) {
  const lines = useMemo(() => sourceLines(document, span), [document, span]);
  const first = Math.max(
    0,
    lines.findIndex(({ marked }) => marked !== ''),
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 21,
    overscan: 12,
  });
  useEffect(() => {
    virtualizer.scrollToIndex(Math.max(0, first - 4), { align: 'start' });
  }, [virtualizer, first]);
  return (
    <div
      ref={scroller}
      className="source-lines"
      tabIndex={0}
      role="document"
      aria-label={`Text of ${document.path}`}
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          return line === undefined ? null : (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="source-line"
              data-marked={line.marked !== ''}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className="source-number">{line.number}</span>
              <span className="source-text">
                {line.before}
                {line.marked === '' ? null : <mark>{line.marked}</mark>}
                {line.after}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The documents that the run of the source has read; the newest first where it may be any run on the screen. */
function useReadDocuments(): readonly ArtifactRef[] {
  const sourceRun = useScreen(({ source }) => source?.run);
  const runs = useRunView();
  const turns = useConversation((state) => state.turns);
  const answered = turns.flatMap(({ answers }) => answers).map(({ run }) => run);
  const cited = answered.find((run) => run !== undefined && run.runId === sourceRun);
  if (cited !== undefined) return documentArtifacts(cited.steps.values());
  return documentArtifacts(
    ...[runs.run?.steps.values() ?? [], Object.values(keptNow(runs))],
    ...[Object.values(runs.earlier), runs.asked?.run.steps.values() ?? []],
  );
}

function Source({ span }: { readonly span: Span }) {
  const artifacts = useReadDocuments();
  const { data, error } = useQuery({
    queryKey: ['source', span.documentId, ...artifacts.map(({ digest }) => digest)],
    queryFn: () => findDocument(artifacts, span),
    staleTime: Infinity,
  });
  if (error !== null) return <p className="p-5 text-error">{problemsOf(error).map(problemText)}</p>;
  if (data === undefined) return <p className="p-5 text-ink-2">Looking for the text …</p>;
  if (data === null) {
    return (
      <p className="p-5 text-ink-2">
        The text of {span.path} was removed from the run that made this output. Run the graph or ask
        again, then open the source from the new output.
      </p>
    );
  }
  return <Lines document={data} span={span} />;
}

/** The text that a citation or hit comes from, with the span marked. */
export function SourceDialog({ span }: { readonly span: Span }) {
  const dialog = useModal();
  return (
    <dialog
      ref={dialog}
      className="dialog source-dialog"
      aria-labelledby="source-title"
      data-testid="source"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-5">
        <h2 id="source-title" className="min-w-0 truncate text-lg font-[620]">
          {span.title}
        </h2>
        <span className="min-w-0 flex-1 truncate font-mono text-[11.5px] text-ink-2">
          {placeLabel(span)}
        </span>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <CloseIcon />
        </button>
      </header>
      <Source span={span} />
    </dialog>
  );
}
