import { bytes, plural } from '@graft/nodes/kit/ui';
import { useEffect, useRef, useState } from 'react';
import { z } from 'zod';
import { api } from '../../api/client.ts';
import { useModal } from '../../kit/dialog.tsx';
import { openFile } from '../../api/graphs/open-file.ts';
import { refreshFiles, report as reportProblem } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';
import { forgetDrawn } from '../../api/graphs/workspace-files.ts';

function close(): void {
  useOverlay.getState().show({ unpacking: false });
}

const reportSchema = z.object({
  package: z.object({
    id: z.string(),
    name: z.string(),
    trusted: z.boolean(),
    held: z.boolean().optional(),
  }),
  graph: z.string(),
  written: z.array(z.string()),
  present: z.array(z.string()),
  results: z.number(),
  unread: z.number(),
  models: z.array(z.string()),
  refused: z.array(z.object({ message: z.string() })),
  missingModels: z.array(z.object({ id: z.string(), size: z.number() })),
  missingFiles: z.array(z.string()),
});
type Report = z.infer<typeof reportSchema>;
const refusalSchema = z.object({ message: z.string() });

/** Sends a package to the server. Throws what is wrong with it, in a sentence. */
async function send(file: File): Promise<Report> {
  const limit = await api.packages.limit.query();
  if (file.size > limit) {
    throw new Error(
      `${file.name} is ${bytes(file.size)}, but this server accepts at most ${bytes(limit)}. Unpack it with “graft unpack” in the workspace, or start the server with a larger --max-package.`,
    );
  }
  const query = new URLSearchParams({ name: file.name });
  const response = await fetch(`api/package?${query.toString()}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/zip' },
    body: file,
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) {
    const report = reportSchema.parse(answer);
    await forgetDrawn(...report.written);
    return report;
  }
  throw new Error(
    refusalSchema.safeParse(answer).data?.message ?? 'The server refused the package.',
  );
}

function Outcome({ report }: { readonly report: Report }) {
  const [trusted, setTrusted] = useState(report.package.trusted);
  const lines = [
    `${plural(report.written.length, 'file')} written${report.present.length === 0 ? '' : `, ${plural(report.present.length, 'file')} already there`}.`,
    ...(report.unread === 0
      ? []
      : [
          `${plural(report.unread, 'result')} of the package cannot be read and ${report.unread === 1 ? 'was' : 'were'} left out. Run the graph to compute them.`,
        ]),
    ...(report.models.length === 0 ? [] : [`Models: ${report.models.join(', ')}.`]),
    ...report.refused.map(({ message }) => message),
    ...report.missingModels.map(
      ({ id, size }) =>
        `The model ${id} (${bytes(size)}) is neither here nor in the package. A run downloads it. Offline, ask for a package with its models, or import the model’s file.`,
    ),
    ...report.missingFiles.map(
      (name) =>
        `No file here or in the package matches ${name}. Put the data there, or ask for a package with its data.`,
    ),
  ];
  return (
    <>
      <ul className="mt-2 max-h-56 space-y-1.5 overflow-auto">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {report.results === 0 ? null : (
        <div className="mt-3 rounded-[8px] border border-line p-3">
          <p>
            Results of {plural(report.results, 'step')}, marked “from {report.package.name}”.{' '}
            {trusted
              ? 'Every graph in this workspace uses them.'
              : report.package.held === true
                ? 'This graph was already here, so it does not use them. Graft cannot verify results from a package.'
                : 'Only this graph uses them, because Graft cannot verify results from a package.'}
          </p>
          {trusted ? null : (
            <button
              type="button"
              className="button small mt-2"
              onClick={() => {
                api.packages.trust
                  .mutate({ id: report.package.id })
                  .then(() => setTrusted(true), reportProblem);
              }}
            >
              Trust the sender
            </button>
          )}
        </div>
      )}
      <div className="mt-4 flex justify-end">
        <button
          type="button"
          className="button go"
          autoFocus
          onClick={() => {
            close();
            void openFile(report.graph);
          }}
        >
          Open the graph
        </button>
      </div>
    </>
  );
}

/** Takes a package that somebody sent, the one that was dropped or another, and says what came out of it. */
export function UnpackDialog({ given }: { readonly given: File | undefined }) {
  const dialog = useModal();
  const [state, setState] = useState<
    | { readonly kind: 'asking'; readonly refused?: string }
    | { readonly kind: 'sending'; readonly name: string }
    | { readonly kind: 'done'; readonly report: Report }
  >({ kind: 'asking' });
  const take = (file: File | undefined): void => {
    if (file === undefined) return;
    setState({ kind: 'sending', name: file.name });
    send(file).then(
      (report) => {
        setState({ kind: 'done', report });
        void refreshFiles();
      },
      (error: unknown) =>
        setState({
          kind: 'asking',
          refused: error instanceof Error ? error.message : String(error),
        }),
    );
  };
  const begun = useRef(false);
  useEffect(() => {
    if (!begun.current) take(given);
    begun.current = true;
  });
  return (
    <dialog
      ref={dialog}
      className="dialog w-[520px]"
      aria-labelledby="unpack-title"
      onClose={close}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (state.kind === 'asking') take(event.dataTransfer.files[0]);
      }}
    >
      <div className="p-5">
        <h2 id="unpack-title" className="text-lg font-[620]">
          {state.kind === 'done' ? `Unpacked ${state.report.package.name}` : 'Open a package'}
        </h2>
        {state.kind === 'done' ? (
          <Outcome report={state.report} />
        ) : (
          <>
            <p className="mt-1 text-ink-2">
              A .graft.zip file that somebody sent you. Graft checks it first and never replaces
              your files.
            </p>
            <label className="mt-3 block">
              <span className="mb-1 block font-[550]">Package</span>
              <input
                type="file"
                accept=".zip"
                data-focus
                className="field py-[3px] file:mr-2.5 file:h-[22px] file:rounded-[5px] file:border file:border-line-strong file:px-2"
                disabled={state.kind === 'sending'}
                onChange={(event) => take(event.target.files?.[0])}
              />
            </label>
            <p className="mt-2 min-h-9 text-sm text-ink-2" role="status">
              {state.kind === 'sending' ? `Checking and unpacking ${state.name} …` : null}
              {state.kind === 'asking' && state.refused !== undefined ? (
                <span className="text-error" role="alert">
                  {state.refused}
                </span>
              ) : null}
            </p>
            <div className="mt-3 flex justify-end">
              <button type="button" className="button" onClick={close}>
                Cancel
              </button>
            </div>
          </>
        )}
      </div>
    </dialog>
  );
}
