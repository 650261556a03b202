import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Field, FileLines, Outcome, Section } from './parts.tsx';
import { useChange, type Operator, type Question } from './use-settings.ts';

/** Where the token stands that is used now. */
function stateOf({ hubToken, hasHubToken }: Operator): string {
  if (hubToken === 'file') return 'A token is set.';
  if (hubToken === 'environment') return 'A token is set in the environment of Graft.';
  return hasHubToken ? 'Graft uses the token of the hub’s own tools.' : 'No token is set.';
}

/** The token for models whose licence has to be accepted first. */
export function HubToken(props: {
  readonly operator: Operator;
  readonly ask: (question: Question) => void;
}) {
  const { operator, ask } = props;
  const { change, isGoing, ...outcome } = useChange();
  const [token, setToken] = useState('');
  return (
    <Section
      title="Model hub"
      about="Open models need no token. For a gated or private model, accept its licence on its page and enter a token of your account; Graft sends it only to the hub."
    >
      <p className="text-ink-2">{stateOf(operator)}</p>
      {operator.fixed.includes('HF_TOKEN') ? null : operator.refusal !== undefined ? (
        <FileLines file={operator.file} lines="HF_TOKEN=hf_…" />
      ) : (
        <form
          aria-label="Token of the model hub"
          className="mt-3 flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            void change(
              () => api.settings.setHubToken.mutate({ token }),
              'The token is set. Downloads use it from now on.',
            ).then((isDone) => isDone && setToken(''));
          }}
        >
          <Field
            label="Token"
            type="password"
            className="min-w-48 flex-1"
            placeholder="hf_…"
            required
            value={token}
            onChange={({ target }) => setToken(target.value)}
          />
          <button type="submit" className="button" disabled={isGoing}>
            Save token
          </button>
          {operator.hubToken === 'file' ? (
            <button
              type="button"
              className="button"
              onClick={() =>
                ask({
                  text: 'Remove the token of the model hub?',
                  yes: 'Remove token',
                  act: () => api.settings.setHubToken.mutate({ token: null }),
                })
              }
            >
              Remove token
            </button>
          ) : null}
        </form>
      )}
      <Outcome {...outcome} />
    </Section>
  );
}
