import { bytes, plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import { problemsOf } from '../../api/problem.ts';
import { problemText } from '@graft/view';
import { useModal } from '../../kit/dialog.tsx';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';

const parts = ['data', 'artifacts', 'models'] as const;
type Part = (typeof parts)[number];

function close(): void {
  useOverlay.getState().show({ packing: null });
}

interface PartRowProps {
  readonly title: string;
  readonly help: ReactNode;
  readonly size: number | undefined;
  readonly checked: boolean;
  readonly onChange?: (checked: boolean) => void;
}

function PartRow({ title, help, size, checked, onChange }: PartRowProps) {
  return (
    <label className="flex items-start gap-3 border-t border-line py-2">
      <input
        type="checkbox"
        className="mt-[3px]"
        checked={checked}
        disabled={onChange === undefined}
        onChange={(event) => onChange?.(event.target.checked)}
      />
      <span className="min-w-0 flex-1">
        <span className="block font-[550]">{title}</span>
        <span className="block text-sm text-ink-2">{help}</span>
      </span>
      <span className="text-ink-2 tabular-nums">{size === undefined ? '' : bytes(size)}</span>
    </label>
  );
}

function resultsHelp(missing: readonly string[]): string {
  const all = 'The results of the latest run and the experiments: shown at once and reused.';
  if (missing.length === 0) return all;
  return `${all} The results of ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${String(missing.length - 3)} more` : ''} were removed; run again to include them.`;
}

/** Chooses what goes into a package of a file, by size, and downloads it. */
export function PackDialog({ file }: { readonly file: string }) {
  const dialog = useModal();
  const { data: contents, error } = useQuery({
    ...queries.packages.contents.queryOptions({ file }),
    staleTime: 0,
  });
  const [chosen, setChosen] = useState<Readonly<Record<Part, boolean>>>({
    data: true,
    artifacts: true,
    models: false,
  });
  const download = useRef<HTMLAnchorElement>(null);
  const ready = contents !== undefined;
  useEffect(() => {
    if (ready) download.current?.focus();
  }, [ready]);
  const models = contents?.models ?? [];
  const sizes = {
    data: contents?.data.size ?? 0,
    artifacts: contents?.artifacts?.size ?? 0,
    models: models.reduce((sum, { size }) => sum + size, 0),
  };
  const takes = (part: Part): boolean =>
    chosen[part] && (part !== 'artifacts' || contents?.artifacts !== undefined);
  const total = parts.reduce(
    (sum, part) => sum + (takes(part) ? sizes[part] : 0),
    contents?.graphs.size ?? 0,
  );
  const choose = (part: Part) => (checked: boolean) =>
    setChosen((before) => ({ ...before, [part]: checked }));
  const query = new URLSearchParams({
    file,
    ...Object.fromEntries(parts.map((part) => [part, takes(part) ? '1' : '0'])),
  });
  return (
    <dialog ref={dialog} className="dialog w-[520px]" aria-labelledby="pack-title" onClose={close}>
      <div className="p-5">
        <h2 id="pack-title" className="text-lg font-[620]">
          Pack {fileTitle(file)}
        </h2>
        <p className="mt-1 mb-3 text-ink-2">
          One file with the saved graph and the parts you choose. It opens on any computer with
          Graft, even offline.
        </p>
        {error === null ? null : (
          <p className="mb-3 text-error" role="alert">
            {problemsOf(error).slice(0, 3).map(problemText).join(' ')}
          </p>
        )}
        <PartRow
          title={contents === undefined ? 'Graph' : plural(contents.graphs.count, 'graph file')}
          help="Always included."
          size={contents?.graphs.size}
          checked
        />
        <PartRow
          title="Data"
          help={
            contents === undefined
              ? ''
              : `${plural(contents.data.count, 'file')} read by its nodes.`
          }
          size={contents?.data.size}
          checked={takes('data')}
          onChange={choose('data')}
        />
        {contents !== undefined && contents.artifacts === undefined ? (
          <PartRow
            title="Results"
            help="No run or experiment of this graph has succeeded yet."
            size={undefined}
            checked={false}
          />
        ) : (
          <PartRow
            title="Results"
            help={resultsHelp(contents?.artifacts?.missing ?? [])}
            size={contents?.artifacts?.size}
            checked={takes('artifacts')}
            onChange={choose('artifacts')}
          />
        )}
        {models.length === 0 ? null : (
          <PartRow
            title="Models"
            help={models.map(({ id }) => id).join(', ')}
            size={sizes.models}
            checked={takes('models')}
            onChange={choose('models')}
          />
        )}
        <div className="mt-3 flex items-center justify-end gap-2 border-t border-line pt-4">
          <span className="mr-auto text-ink-2">
            {contents === undefined ? 'Loading …' : `${bytes(total)} before compression`}
          </span>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          {contents === undefined ? null : (
            <a
              className="button go"
              ref={download}
              href={`api/package?${query.toString()}`}
              download
              onClick={() => setTimeout(close, 0)}
            >
              Download
            </a>
          )}
        </div>
      </div>
    </dialog>
  );
}
