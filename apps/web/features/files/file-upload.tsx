import { bytes } from '@graft/nodes/kit/ui';
import { useEffect, useRef, useState } from 'react';
import { z } from 'zod';
import { queries, queryClient } from '../../api/client.ts';
import { sendFiles, UploadRefused, uploadRefusal } from '../../api/send-files.ts';
import type { FileToSend } from '@graft/view';
import { forgetDrawn } from '../../api/graphs/workspace-files.ts';
import { droppedData } from '../../kit/dropped-data.ts';
import { asSent, broughtPaths, takeDropped } from '../../kit/dropped-entries.ts';

interface FileUploadProps {
  /** The target folder. */
  readonly folder: string;
  /** Files that are uploaded at once. */
  readonly first: readonly FileToSend[] | undefined;
  /** Whether a single file is wanted. */
  readonly one: boolean;
  /** Whether a folder counts as such, or only its content. */
  readonly folders: boolean;
  readonly came: (paths: readonly string[]) => void;
  /** If there is nothing but the upload: called when it is abandoned. */
  readonly giveUp?: () => void;
  /** Chooses the folder itself; absent if that is impossible. */
  readonly wholeFolder: (() => void) | undefined;
}

type State =
  | { readonly kind: 'asking'; readonly refused?: string }
  | { readonly kind: 'sending'; readonly line: string }
  | {
      readonly kind: 'taken';
      readonly files: readonly FileToSend[];
      readonly names: readonly string[];
    };

const answerSchema = z.object({ paths: z.array(z.string()), written: z.array(z.string()) });

/** Uploads files into a folder of the workspace. Asks before it replaces any. */
export function FileUpload(props: FileUploadProps) {
  const { folder, first, one, came, giveUp, wholeFolder } = props;
  const [state, setState] = useState<State>({ kind: 'asking' });
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController>(undefined);
  const folders = props.folders && !one;
  const ask = (): void => (giveUp === undefined ? setState({ kind: 'asking' }) : giveUp());
  const bring = async (files: readonly FileToSend[], renamed: boolean): Promise<void> => {
    if (one && files.length > 1) {
      setState({ kind: 'asking', refused: 'Choose a single file.' });
      return;
    }
    stop.current = new AbortController();
    const { signal } = stop.current;
    setState({ kind: 'sending', line: 'Sending …' });
    const progress = (done: number, total: number): void =>
      setState({ kind: 'sending', line: `Sent ${bytes(done)} of ${bytes(total)}` });
    const way = folder === '' ? '' : `${folder}/`;
    const sent = files.map(({ path, file }) => ({ file, path: way + path }));
    try {
      const query = { to: 'workspace', renamed: renamed ? '1' : '0' };
      const { paths, written } = answerSchema.parse(
        await sendFiles(sent, query, { progress, signal }),
      );
      await forgetDrawn(...written);
      // Patterns may match other files now.
      void queryClient.invalidateQueries({ queryKey: queries.catalogue.matchFiles.queryKey() });
      if (!signal.aborted) came(broughtPaths(files, paths, { folder, folders }));
    } catch (error) {
      const problems = error instanceof UploadRefused ? error.problems : [];
      const names = problems.flatMap(({ code, location }) =>
        code === 'name-taken' ? (location.file ?? []) : [],
      );
      if (names.length > 0) setState({ kind: 'taken', files, names });
      else if (signal.aborted) ask();
      else
        setState({
          kind: 'asking',
          refused: uploadRefusal(error, files.length > 1),
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
        if (state.kind !== 'sending')
          takeDropped(
            droppedData(event.dataTransfer),
            (files) => void bring(files, false),
            (refused) => setState({ kind: 'asking', refused }),
          );
      }}
    >
      {state.kind === 'taken' ? (
        <>
          <p role="alert" className="w-full">
            {state.names.slice(0, 3).join(', ')}
            {state.names.length > 3 ? ` and ${String(state.names.length - 3)} more` : ''}{' '}
            {state.names.length === 1 ? 'is' : 'are'} already in the workspace. Nothing was written.
          </p>
          <button type="button" className="button" onClick={() => void bring(state.files, true)}>
            Keep both
          </button>
          {state.names.length < state.files.length ? null : (
            <button
              type="button"
              className="button"
              onClick={() => came(broughtPaths(state.files, state.names, { folder, folders }))}
            >
              {' '}
              Use existing{' '}
            </button>
          )}
          <button type="button" className="button" onClick={ask}>
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
              const files = [...(event.target.files ?? [])].map(asSent);
              event.target.value = '';
              if (files.length > 0) void bring(files, false);
            }}
          />
          <span className="flex-1 text-sm text-ink-2">
            {one ? 'or drop a file here' : 'or drop files or a folder here'}
          </span>
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
