import { bytes, plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queries } from '../api/client.ts';
import { commandOf } from '@graft/view';
import { takeDroppedFiles } from '../features/files/dropped-files.ts';
import { StartOffers, useStarts } from '../features/files/starts.tsx';
import { useCopyExample } from '../features/gallery/copy-example.ts';
import { FirstRunLine } from '../features/gallery/first-run-line.tsx';
import { fileTitle } from '../api/graphs/graph-file.ts';
import { ModelOffer } from '../kit/slots.ts';
import { useOverlay } from '../kit/stores.ts';

/** Where no graph is open: how to begin. Examples are offered where the workspace has no graph yet. */
export function FirstScreen() {
  const { data: files } = useQuery(queries.graphs.list.queryOptions());
  const isNew = files?.length === 0;
  const { starts, isLooking } = useStarts(isNew);
  // Here nobody asks for node types, with which it comes elsewhere.
  useEffect(takeDroppedFiles, []);
  const examples = useQuery(queries.graphs.examples.queryOptions(undefined, { enabled: isNew }));
  // Drawn when all of it is known, so that nothing moves.
  if (files === undefined || isLooking || examples.isLoading) return null;
  const needNone = ['empty', 'model'];
  const offered = starts.some(({ id, lay }) => !needNone.includes(id) && lay !== undefined);
  return (
    <section
      aria-label="How to begin"
      className="absolute inset-0 grid grid-cols-1 place-items-center overflow-auto p-6"
    >
      <div className="w-full max-w-[560px]">
        <h1 className="text-[19px] font-[620] tracking-[-0.01em]">
          {isNew ? 'This workspace has no graph yet' : 'No graph is open'}
        </h1>
        <p className="mt-1 text-ink-2">
          {isNew
            ? offered
              ? 'Ask a model, start with the files of this folder, or start from an example.'
              : 'Ask a model, drop documents or rows here to start with them, or start from an example.'
            : 'Open a graph on the left, create one, or open a package that somebody sent you.'}
        </p>
        {isNew ? <StartOffers starts={starts} /> : null}
        <div className="mt-4 flex gap-2">
          <button
            type="button"
            className="button"
            onClick={() => useOverlay.getState().show({ nameQuestion: { kind: 'new' } })}
          >
            New graph …
          </button>
          <button
            type="button"
            className="button"
            onClick={() => useOverlay.getState().show({ unpacking: true })}
          >
            Open a package …
          </button>
          <button type="button" className="button" onClick={commandOf('tour').run}>
            Take the tour
          </button>
        </div>
        <div className="mt-5 empty:hidden">
          <ModelOffer />
        </div>
        {isNew ? <ExampleList /> : null}
      </div>
    </section>
  );
}

function ExampleList() {
  const { data: examples = [] } = useQuery(queries.graphs.examples.queryOptions());
  const { copying, copy } = useCopyExample();
  if (examples.length === 0) return null;
  return (
    <>
      <h2 className="mt-7 mb-2 font-[550]">Examples</h2>
      <ul className="divide-y divide-line rounded-[9px] border border-line bg-panel">
        {examples.map((example) => {
          const { path, title, about, files, size, models } = example;
          return (
            <li key={path} className="flex items-start gap-4 px-4 py-3">
              <div className="min-w-0 flex-1">
                <h3 className="font-[550]">{title}</h3>
                <p className="mt-0.5 text-ink-2">{about}</p>
                <p
                  // What it downloads comes later, in the same place.
                  className={`mt-1 text-sm text-ink-2 ${models.length === 0 ? 'empty:hidden' : 'min-h-[1lh]'}`}
                >
                  <FirstRunLine example={example} />
                </p>
                <p className="text-sm text-ink-2">
                  {fileTitle(path)} · {plural(files, 'file')}, {bytes(size)}
                </p>
              </div>
              <button
                type="button"
                className="button small mt-0.5 shrink-0"
                aria-label={`Copy ${fileTitle(path)} here`}
                disabled={copying !== undefined}
                onClick={() => void copy(path)}
              >
                {copying === path ? 'Copying …' : 'Copy here'}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
