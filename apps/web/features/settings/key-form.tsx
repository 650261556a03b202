import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Field, FileLines, Outcome } from './parts.tsx';
import { endpointText, useChange, type Operator } from './use-settings.ts';

interface KeyFormProps {
  readonly operator: Operator;
  /** The secret that is changed; absent: a new one. */
  readonly changed?: Operator['secrets'][number];
  /** The name that a new one begins with. */
  readonly name?: string | undefined;
  /** Closes the form: with what was saved, or without it if the person gave up. */
  readonly leave?: (done?: string) => void;
}

/**
 * Takes a key and the servers that may receive it. The value is entered anew for every change: nobody can send a key
 * elsewhere that they do not know.
 */
export function KeyForm({ operator, changed, name: first = '', leave }: KeyFormProps) {
  const { change, isGoing, ...outcome } = useChange();
  const [name, setName] = useState(changed?.name ?? first);
  const [value, setValue] = useState('');
  const [servers, setServers] = useState(changed?.origins.join(' ') ?? '');
  const origins = servers.split(/[\s,]+/).filter((origin) => origin !== '');
  const mayWrite = operator.refusal === undefined;
  const save = async (): Promise<void> => {
    const done = `${name.trim()} is set. Graphs use it by this name.`;
    const isSaved = await change(
      () => api.settings.setSecret.mutate({ name: name.trim(), value, origins }),
      done,
    );
    if (!isSaved) return;
    setValue('');
    if (changed !== undefined) return leave?.(done);
    setName('');
    setServers('');
  };
  return (
    <form
      aria-label={changed === undefined ? 'Add a key' : `Change ${changed.name}`}
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid gap-3 md:grid-cols-[10rem_minmax(0,1fr)_minmax(0,1fr)_auto] md:items-end">
        <Field
          label="Name"
          placeholder="OPENAI"
          required
          readOnly={changed !== undefined}
          value={name}
          onChange={({ target }) =>
            setName(target.value.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_'))
          }
        />
        {mayWrite ? (
          <Field
            label={changed === undefined ? 'Key' : 'Enter the key again'}
            type="password"
            placeholder="sk-…, or postgres://…"
            required
            value={value}
            onChange={({ target }) => setValue(target.value)}
          />
        ) : null}
        <Field
          label="Server that may receive it"
          placeholder="https://api.openai.com"
          value={servers}
          onChange={({ target }) => setServers(target.value)}
        />
        {mayWrite ? (
          <span className="flex gap-2">
            <button type="submit" className="button go" disabled={isGoing}>
              Save key
            </button>
            {leave === undefined ? null : (
              <button type="button" className="button" onClick={() => leave()}>
                Cancel
              </button>
            )}
          </span>
        ) : null}
      </div>
      {mayWrite ? (
        <p className="mt-1.5 max-w-[72ch] text-sm text-ink-2">
          Separate several servers by spaces. The address of a Postgres database is a key, too: it
          needs no server.
        </p>
      ) : (
        <FileLines
          file={operator.file}
          lines={`GRAFT_SECRET_${name || 'NAME'}=…\nGRAFT_ENDPOINTS="${[
            ...operator.endpoints.filter(({ secret }) => secret !== name).map(endpointText),
            ...(origins.length === 0 ? ['https://…'] : origins).map(
              (origin) => `${name || 'NAME'}@${origin}`,
            ),
          ].join(' ')}"`}
        />
      )}
      <Outcome {...outcome} />
    </form>
  );
}
