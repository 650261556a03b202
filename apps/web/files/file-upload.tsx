import { bytes } from '@graft/nodes/kit/ui';
import { useEffect, useRef, useState } from 'react';
import { z } from 'zod';
import { queries, queryClient } from '../api/client.ts';
import { sendFiles, UploadRefused } from '../api/send-files.ts';

interface FileUploadProps {
  /** Where they go. */
  readonly folder: string;
  /** Files that are brought at once. */
  readonly first: readonly File[] | undefined;
  /** One is brought, not several. */
  readonly one: boolean;
  readonly came: (paths: readonly string[]) => void;
  /** Takes the folder as it is; absent where it cannot be taken. */
  readonly wholeFolder: (() => void) | undefined;
}

type State =
  | { readonly kind: 'asking'; readonly refused?: string }
  | { readonly kind: 'sending'; readonly line: string }
  | { readonly kind: 'taken'; readonly files: readonly File[]; readonly names: readonly string[] };

const answerSchema = z.object({ paths: z.array(z.string()) });

/** Brings files of this computer into a folder of the workspace; never in the place of another without having asked. */
export function FileUpload({ folder, first, one, came, wholeFolder }: FileUploadProps) {
  const [state, setState] = useState<State>({ kind: 'asking' });
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController>(undefined);
  const bring = async (files: readonly File[], renamed: boolean): Promise<void> => {
    if (one && files.length > 1) {
      setState({ kind: 'asking', refused: 'One file is wanted here. Bring it by itself.' });
      return;
    }
    stop.current = new AbortController();
    const { signal } = stop.current;
    setState({ kind: 'sending', line: 'Sending …' });
    const progress = (done: number, total: number): void =>
      setState({ kind: 'sending', line: `Sent ${bytes(done)} of ${bytes(total)}` });
    const sent = files.map((file) => ({
      file,
      path: folder === '' ? file.name : `${folder}/${file.name}`,
    }));
    try {
      const query = { to: 'workspace', renamed: renamed ? '1' : '0' };
      const { paths } = answerSchema.parse(await sendFiles(sent, query, { progress, signal }));
      // What a pattern matches is another now.
      void queryClient.invalidateQueries({ queryKey: queries.catalogue.matchFiles.queryKey() });
      came(paths);
    } catch (error) {
      const problems = error instanceof UploadRefused ? error.problems : [];
      const names = problems.flatMap(({ code, location }) =>
        code === 'name-taken' ? (location.file ?? []) : [],
      );
      if (names.length > 0) setState({ kind: 'taken', files, names });
      else if (signal.aborted) setState({ kind: 'asking' });
      else
        setState({
          kind: 'asking',
          refused: error instanceof Error ? error.message : String(error),
        });
    }
  };
  const begun = useRef(false);
  useEffect(() => {
    if (first !== undefined && !begun.current) void bring(first, false);
    begun.current = true;
  });
  useEffect(() => () => stop.current?.abort(), []);
  return (
    <div
      className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line px-4 py-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (state.kind !== 'sending') void bring([...event.dataTransfer.files], false);
      }}
    >
      {state.kind === 'taken' ? (
        <>
          <p role="alert" className="w-full">
            {state.names.slice(0, 3).join(', ')}
            {state.names.length > 3 ? ` and ${String(state.names.length - 3)} more` : ''}{' '}
            {state.names.length === 1 ? 'is' : 'are'} in the workspace already. Nothing was written.
          </p>
          <button type="button" className="button" onClick={() => void bring(state.files, true)}>
            Keep both
          </button>
          {state.names.length < state.files.length ? null : (
            <button type="button" className="button" onClick={() => came(state.names)}>
              Use what is there
            </button>
          )}
          <button type="button" className="button" onClick={() => setState({ kind: 'asking' })}>
            Cancel
          </button>
        </>
      ) : state.kind === 'sending' ? (
        <>
          <p role="status" className="flex-1 text-ink-2">
            {state.line}
          </p>
          <button type="button" className="button" onClick={() => stop.current?.abort()}>
            Cancel upload
          </button>
        </>
      ) : (
        <>
          {state.refused === undefined ? null : (
            <p role="alert" className="w-full text-error">
              {state.refused}
            </p>
          )}
          <button type="button" className="button" onClick={() => input.current?.click()}>
            Upload …
          </button>
          <input
            ref={input}
            type="file"
            multiple={!one}
            hidden
            onChange={(event) => {
              const files = [...(event.target.files ?? [])];
              event.target.value = '';
              if (files.length > 0) void bring(files, false);
            }}
          />
          <span className="flex-1 text-sm text-ink-2">or drop files here</span>
          {wholeFolder === undefined ? null : (
            <button type="button" className="button" onClick={wholeFolder}>
              Use this folder
            </button>
          )}
        </>
      )}
    </div>
  );
}
