import { bytes } from '@graft/nodes/kit/ui';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { z } from 'zod';
import { api } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { sendFiles, UploadRefused } from '../../api/send-files.ts';
import { ProgressBar } from '../../kit/progress-bar.tsx';
import { refreshModels } from './use-models.ts';
import type { FileToSend } from '@graft/view';

/** The files of a model; its folder may hold others, such as weights in other formats. */
const parts = /\.(gguf|json|jinja|safetensors|onnx|onnx_data(_\d+)?)$/;

/**
 * The chosen files to upload: a single file, or the model files of a folder, by relative path. Throws `UploadRefused`
 * if there are none.
 */
export function modelFiles(chosen: readonly File[]): readonly FileToSend[] {
  const found = chosen
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(
      ({ path }) =>
        chosen.length === 1 ||
        (parts.test(path) && !path.split('/').some((part) => part.startsWith('.'))),
    );
  if (found.length > 0) return found;
  throw new UploadRefused(
    'This folder contains no model. Choose a folder with config.json, tokenizer.json and weights in safetensors or ONNX.',
  );
}

interface ModelImportProps {
  /** Called with the id of the imported model. */
  readonly came: (id: string) => void;
  readonly leave: () => void;
}

type State =
  | { readonly kind: 'asking'; readonly refused?: string }
  | { readonly kind: 'working'; readonly line: string; readonly share?: number };

const factsSchema = z.object({ id: z.string() });

function FileButton(props: {
  readonly folder?: boolean;
  readonly disabled: boolean;
  readonly take: (files: readonly File[]) => void;
  readonly children: ReactNode;
}) {
  const { folder = false, disabled, take, children } = props;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // React's types lack this property.
    if (folder) input.current?.setAttribute('webkitdirectory', '');
  }, [folder]);
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        {...(folder ? {} : { accept: '.gguf' })}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length > 0) take(files);
        }}
      />
    </>
  );
}

/** Imports a model: from a path on the server's machine, or from files of this one. */
export function ModelImport({ came, leave }: ModelImportProps) {
  const [state, setState] = useState<State>({ kind: 'asking' });
  const [from, setFrom] = useState('');
  const [name, setName] = useState('');
  const stop = useRef<AbortController>(undefined);
  // Reads the latest state, not that of this render.
  useEffect(() => () => stop.current?.abort(), []);
  const working = state.kind === 'working';
  const id = name.trim();

  const take = async (bring: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    try {
      const facts = factsSchema.parse(await bring(signal));
      await refreshModels();
      if (!signal.aborted) came(facts.id);
    } catch (error) {
      setState(signal.aborted ? { kind: 'asking' } : { kind: 'asking', refused: refusalOf(error) });
    }
  };
  const importPath = (): void => {
    if (from.trim() === '') return;
    setState({ kind: 'working', line: 'Reading the files …' });
    const input = { from: from.trim(), ...(id === '' ? {} : { id }) };
    void take((signal) => api.models.import.mutate(input, { signal }));
  };
  const send = (files: readonly File[]): void => {
    setState({ kind: 'working', line: 'Sending …' });
    const progress = (done: number, total: number): void =>
      setState({
        kind: 'working',
        // The size of what is read is unknown then.
        ...(done < total ? { share: done / total } : {}),
        line:
          done < total ? `Sent ${bytes(done)} of ${bytes(total)}` : 'Reading the uploaded files …',
      });
    void take((signal) =>
      sendFiles(
        modelFiles(files),
        { to: 'models', ...(id === '' ? {} : { id }) },
        { progress, signal },
      ),
    );
  };
  return (
    <form
      className="p-5"
      onSubmit={(event) => {
        event.preventDefault();
        importPath();
      }}
    >
      <h2 className="text-lg font-[620]">Import a model</h2>
      <p className="mt-1 text-ink-2">
        A GGUF file, or a folder with config.json, tokenizer.json and safetensors or ONNX weights.
        Graft copies it into the catalogue, which all workspaces on this machine share, and converts
        safetensors to GGUF when you ask for it there.
      </p>
      <label className="mt-3 block">
        <span className="mb-1 block font-[550]">File or folder on the server’s machine</span>
        <span className="flex gap-2">
          <input
            data-focus
            className="field font-mono text-[11.5px]"
            placeholder="~/models/my-model.gguf"
            autoComplete="off"
            spellCheck={false}
            value={from}
            disabled={working}
            onChange={(event) => setFrom(event.target.value)}
          />
          <button type="submit" className="button" disabled={working || from.trim() === ''}>
            Import
          </button>
        </span>
      </label>
      <div className="mt-3" role="group" aria-labelledby="import-upload">
        <span id="import-upload" className="mb-1 block font-[550]">
          Or from this computer
        </span>
        <div className="flex gap-2">
          <FileButton disabled={working} take={send}>
            Choose a GGUF file …
          </FileButton>
          <FileButton folder disabled={working} take={send}>
            Choose a folder …
          </FileButton>
        </div>
      </div>
      <label className="mt-3 block">
        <span className="mb-1 block font-[550]">Name</span>
        <input
          className="field"
          placeholder="Name of the file or folder"
          autoComplete="off"
          value={name}
          disabled={working}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="mt-4 flex items-center gap-2">
        <div className="min-w-0 flex-1">
          {state.kind === 'working' ? (
            <>
              <p className="text-sm text-ink-2" role="status">
                {state.line}
              </p>
              <ProgressBar inline label="Import of the model" share={state.share} />
            </>
          ) : state.refused === undefined ? null : (
            <p role="alert" className="max-h-28 overflow-auto whitespace-pre-line text-error">
              {state.refused}
            </p>
          )}
        </div>
        <button
          type="button"
          className="button"
          onClick={() => (working ? stop.current?.abort() : leave())}
        >
          {working ? 'Cancel' : 'Back to the models'}
        </button>
      </div>
    </form>
  );
}
