import { setParam } from '@graft/graph';
import { useRef } from 'react';
import type { FileToSend } from '@graft/view';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { asSent } from '../../kit/dropped-entries.ts';
import { folderOf } from '../../kit/path-parts.ts';

interface FileRemediesProps {
  readonly node: string;
  readonly param: string;
  /** The path or pattern that matches no file. */
  readonly missing: string;
}

/** The value of a parameter with one path replaced by others; the value is a list, or a path. */
function replaced(value: unknown, missing: string, paths: readonly string[]): unknown {
  if (!Array.isArray(value)) return paths[0] ?? value;
  const list = value.map(String);
  const at = list.indexOf(missing);
  return [...new Set(list.toSpliced(at === -1 ? list.length : at, 1, ...paths))];
}

/** Ways to replace a path that matches no file. */
export function FileRemedies({ node, param, missing }: FileRemediesProps) {
  const input = useRef<HTMLInputElement>(null);
  const ask = (files?: readonly FileToSend[]): void => {
    const isList = Array.isArray(useDocument.getState().shown.nodes[node]?.params[param]);
    useOverlay.getState().show({
      fileQuestion: {
        folder: folderOf(missing),
        choose: (paths) => {
          const { shown, edit } = useDocument.getState();
          const value = replaced(shown.nodes[node]?.params[param], missing, paths);
          edit((graph) => setParam(graph, { node, param }, value));
        },
        ...(isList ? {} : { one: true }),
        ...(files === undefined ? {} : { files }),
      },
    });
  };
  return (
    <div role="group" aria-label={`${missing} is missing`} data-testid="file-remedies">
      <p className="truncate text-ink-2" title={missing}>
        {missing} is missing.
      </p>
      <div className="mt-1 flex flex-wrap gap-1.5">
        <button type="button" className="button small" onClick={() => ask()}>
          Choose another file …
        </button>
        <button type="button" className="button small" onClick={() => input.current?.click()}>
          Upload …
        </button>
        <input
          ref={input}
          type="file"
          hidden
          onChange={(event) => {
            const files = [...(event.target.files ?? [])].map(asSent);
            event.target.value = '';
            if (files.length > 0) ask(files);
          }}
        />
      </div>
    </div>
  );
}
