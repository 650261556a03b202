import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { queries } from '../../../api/client.ts';
import type { FileToSend } from '@graft/view';
import { problemsOf } from '../../../api/problem.ts';
import { plural } from '@graft/nodes/kit/ui';
import { droppedData } from '../../../kit/dropped-data.ts';
import { takeDropped } from '../../../kit/dropped-entries.ts';
import { folderOf } from '../../../kit/path-parts.ts';
import { PathInput } from './path-input.tsx';
import { useOverlay } from '../../../kit/stores.ts';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { ListControl } from './list-control.tsx';

/** A value once it has rested for a moment. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

interface MatchesProps {
  readonly patterns: readonly string[];
  /** What is wrong with them is said elsewhere. */
  readonly told: boolean;
}

function Matches({ patterns, told }: MatchesProps) {
  const settled = useSettled(patterns.join('\n'), 250);
  const asked = settled.split('\n').filter((pattern) => pattern !== '');
  const { data, error } = useQuery(
    queries.catalogue.matchFiles.queryOptions(
      { patterns: asked },
      { enabled: asked.length > 0, retry: false },
    ),
  );
  if (asked.length === 0) return null;
  if (error !== null)
    return told ? null : <p className="mt-1 text-sm text-error">{problemsOf(error)[0]?.message}</p>;
  if (data === undefined) return <p className="mt-1 text-sm text-ink-2">Loading …</p>;
  if (data.total === 0)
    return (
      <p className="mt-1 text-sm text-error">
        No file matches. Paths begin at the workspace folder.
      </p>
    );
  return (
    <details className="mt-1 text-sm text-ink-2">
      <summary data-testid="matched-files">{plural(data.total, 'file')}</summary>
      <ul className="mt-1 font-mono text-[11px]">
        {data.paths.map((path) => (
          <li key={path} className="truncate">
            {path}
          </li>
        ))}
        {data.total > data.paths.length ? (
          <li>and {plural(data.total - data.paths.length, 'more file')}</li>
        ) : null}
      </ul>
    </details>
  );
}

/** A path below the workspace, or several with folders and globs, and how many files they match: typed, chosen or dropped. */
export function FilesControl(props: FieldProps) {
  const { field, value, change } = props;
  const isOne = field.control === 'file';
  const paths = (Array.isArray(value) ? value : [value ?? '']).map(String);
  const ask = (files?: readonly FileToSend[]): void =>
    useOverlay.getState().show({
      fileQuestion: {
        folder: folderOf(paths.at(-1) ?? ''),
        choose: (chosen) =>
          change(isOne ? chosen[0] : [...new Set([...paths.filter(Boolean), ...chosen])]),
        ...(field.takes === undefined ? {} : { takes: field.takes }),
        ...(isOne ? { one: true } : {}),
        ...(files === undefined ? {} : { files }),
      },
    });
  const browse = (
    <button
      type="button"
      className={`button small ${isOne ? 'h-[30px]' : ''}`}
      aria-label={`Browse for ${field.title}`}
      title="Files and folders of the workspace, or of this computer"
      onClick={() => ask()}
    >
      Browse …
    </button>
  );
  return (
    <>
      <div
        onDragOver={(event) => {
          if (event.dataTransfer.types.includes('Files')) event.preventDefault();
        }}
        onDrop={(event) => {
          if (event.dataTransfer.files.length === 0) return;
          event.preventDefault();
          takeDropped(droppedData(event.dataTransfer), ask);
        }}
      >
        {isOne ? (
          <div className="flex gap-1.5">
            <PathInput
              id={props.id}
              value={paths.join()}
              takes={field.takes}
              invalid={props.invalid}
              describedBy={props.describedBy}
              change={change}
            />
            {browse}
          </div>
        ) : (
          <ListControl {...props} besideAdd={browse} />
        )}
      </div>
      {isOne ? null : <Matches patterns={paths.filter(Boolean)} told={props.invalid} />}
    </>
  );
}
