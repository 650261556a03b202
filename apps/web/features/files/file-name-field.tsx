import { useEffect, useRef, useState } from 'react';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';
import { renameFile } from '../../api/graphs/workspace-files.ts';

/** Another file may be renamed by now. */
function finishOf(path: string): void {
  const { renamingFile, show } = useOverlay.getState();
  if (renamingFile === path) show({ renamingFile: null });
}

/** The name of a file, being written where it stands. Folders may be written before it, which moves the file. */
export function FileNameField({ path }: { readonly path: string }) {
  const field = useRef<HTMLInputElement>(null);
  const finish = (): void => finishOf(path);
  const [name, setName] = useState(fileTitle(path));
  const [refused, setRefused] = useState<string>();
  // Enter takes the focus away, and so would send the name twice.
  const sent = useRef(false);
  useEffect(() => {
    const input = field.current;
    if (input === null) return;
    input.focus();
    input.setSelectionRange(input.value.lastIndexOf('/') + 1, input.value.length);
  }, []);
  const send = (): void => {
    if (sent.current) return;
    if (name.trim() === '' || name.trim() === fileTitle(path)) return finish();
    sent.current = true;
    void renameFile(path, name).then((reason) => {
      sent.current = false;
      setRefused(reason);
      if (reason === undefined) finish();
    });
  };
  return (
    <div className="px-2 py-0.5">
      <input
        ref={field}
        className="field h-[26px] px-1.5"
        aria-label={`New name of ${fileTitle(path)}`}
        aria-invalid={refused !== undefined}
        value={name}
        spellCheck={false}
        onChange={(event) => {
          setName(event.target.value);
          setRefused(undefined);
        }}
        onBlur={() => {
          // A name that was refused is left as it was when people go elsewhere.
          if (refused === undefined) send();
          else finish();
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') send();
          if (event.key === 'Escape') finish();
        }}
      />
      {refused === undefined ? null : (
        <p className="mt-1 text-sm text-error" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}
