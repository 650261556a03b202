import { plural } from '@graft/nodes/kit/ui';
import { hostOf, type ServedModel } from '@graft/view';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { OpenSettings } from '../../kit/open-settings.tsx';
import { TryBox } from './try-box.tsx';
import type { RunningServer } from './use-servers.ts';

interface ServerDetailsProps {
  /** Absent: its address is typed. */
  readonly server: RunningServer | undefined;
  /** The model that the node asks a server for now. */
  readonly served?: string | undefined;
  readonly use: (of: ServedModel) => void;
}

/** A server of models that runs: its models, and the way to use one. */
export function ServerDetails({ server: known, served, use }: ServerDetailsProps) {
  const [tested, setTested] = useState<RunningServer>();
  const server = known ?? tested;
  const title = known?.program ?? 'Another server';
  return (
    <section aria-label={title} className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
        <h3 className="text-lg font-[620]">{title}</h3>
        <p className="text-ink-2">
          {known === undefined
            ? 'Ollama, LM Studio, llama.cpp, vLLM or any other server with an OpenAI-compatible address.'
            : `It answers at ${hostOf(known.url)}.`}
        </p>
        {known === undefined ? <TestedAddress tested={setTested} /> : null}
        <p className="mt-3 text-ink-2">
          Graft asks this server and loads nothing itself. The node becomes a <i>Remote model</i>{' '}
          and keeps its connections. Nodes that need the weights, such as Train LoRA, refuse it.
        </p>
        {server === undefined ? null : (
          <ServedModels key={server.url} {...{ server, served, use }} />
        )}
      </div>
    </section>
  );
}

type Test =
  | { readonly kind: 'idle' | 'asking' }
  | { readonly kind: 'answered'; readonly words: string; readonly isRefused: boolean };

/** Asks for an address and tests it. */
function TestedAddress({
  tested,
}: {
  readonly tested: (server: RunningServer | undefined) => void;
}) {
  const [url, setUrl] = useState('http://127.0.0.1:8000/v1');
  const [test, setTest] = useState<Test>({ kind: 'idle' });
  const ask = async (): Promise<void> => {
    setTest({ kind: 'asking' });
    tested(undefined);
    try {
      const server = await api.models.server.query({ url: url.trim().replace(/\/+$/, '') });
      const { length } = server.models;
      const words =
        length === 0
          ? 'The server answers but has no model yet. Load one there, then test again.'
          : `The server answers and has ${plural(length, 'model')}.`;
      setTest({ kind: 'answered', words, isRefused: false });
      tested(server);
    } catch (error) {
      setTest({ kind: 'answered', words: refusalOf(error), isRefused: true });
    }
  };
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <label>
        <span className="mb-1 block font-[550]">Address</span>
        <span className="flex gap-2">
          <input
            className="field font-mono text-[11.5px]"
            autoComplete="off"
            spellCheck={false}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
          <button type="submit" className="button" disabled={test.kind === 'asking'}>
            Test connection
          </button>
        </span>
      </label>
      <p
        role="status"
        className={`mt-1.5 min-h-5 ${test.kind === 'answered' && test.isRefused ? 'text-error' : 'text-ink-2'}`}
      >
        {test.kind === 'asking' ? 'Asking …' : test.kind === 'answered' ? test.words : ''}{' '}
        {test.kind === 'answered' ? <OpenSettings message={test.words} /> : null}
      </p>
    </form>
  );
}

function ServedModels({
  server,
  served = '',
  use,
}: ServerDetailsProps & { readonly server: RunningServer }) {
  const group = useId();
  const { models, url, secret } = server;
  const [chosen = '', setChosen] = useState(models.includes(served) ? served : models[0]);
  if (models.length === 0) return null;
  return (
    <>
      <form
        className="mt-3"
        onSubmit={(event) => {
          event.preventDefault();
          use({ url, model: chosen, ...(secret === undefined ? {} : { secret }) });
        }}
      >
        <fieldset>
          <legend className="mb-1 font-[550]">Models</legend>
          {models.map((model) => (
            <label
              key={model}
              className="flex cursor-default items-center gap-2.5 rounded-[7px] px-2 py-1 hover:bg-paper has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                className="outline-none"
                name={group}
                checked={model === chosen}
                onChange={() => setChosen(model)}
              />
              <span className="truncate">{model}</span>
            </label>
          ))}
        </fieldset>
        <div className="mt-3 flex justify-end">
          <button type="submit" className="button go">
            Use this model
          </button>
        </div>
      </form>
      <TryBox key={chosen} of={{ url, model: chosen, secret }} />
    </>
  );
}
