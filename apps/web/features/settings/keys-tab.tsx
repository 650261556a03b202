import { useState } from 'react';
import { api } from '../../api/client.ts';
import { HubToken } from './hub-token.tsx';
import { KeyForm } from './key-form.tsx';
import { Outcome, RemoveButton, Row, Rows, Section } from './parts.tsx';
import { Prices } from './prices.tsx';
import { Servers } from './servers.tsx';
import { useOperator, type Operator, type Question } from './use-settings.ts';

interface KeysTabProps {
  /** The name of a key that a graph lacks. */
  readonly secret: string | undefined;
  readonly ask: (question: Question) => void;
}

/** Keys, the servers that graphs may ask, the token of the model hub, and prices. */
export function KeysTab({ secret, ask }: KeysTabProps) {
  const { data: operator, error } = useOperator();
  if (error !== null)
    return (
      <p role="alert" className="text-error">
        {error.message}
      </p>
    );
  if (operator === undefined) return <p className="text-ink-2">Reading the settings …</p>;
  return (
    <>
      {operator.problem === undefined ? null : (
        <p role="alert" className="mb-4 rounded-[7px] bg-error-soft px-[11px] py-2 text-error">
          {operator.problem}
        </p>
      )}
      {operator.refusal === undefined ? null : (
        <p className="mb-4 rounded-[7px] border border-line px-[11px] py-2">{operator.refusal}</p>
      )}
      <Section
        title="Keys"
        about="Graphs hold only a key’s name. Graft sends the key to the servers beside it and to no others, and never shows it again."
      >
        <Keys operator={operator} ask={ask} />
        <KeyForm key={secret} operator={operator} name={secret} />
      </Section>
      <Servers operator={operator} ask={ask} />
      <HubToken operator={operator} ask={ask} />
      <Prices operator={operator} ask={ask} />
      <p className="text-sm text-ink-2">
        Graft keeps these in <code className="font-mono text-[11.5px]">{operator.file}</code>, which
        only you can read. Graft’s environment overrides it.
      </p>
    </>
  );
}

/** How a key may be used. */
function purposeOf({ origins, database, unfit }: Operator['secrets'][number]): string {
  if (unfit === true) return 'Invalid key: too short or contains spaces';
  if (database === true) return 'address of a database';
  return origins.length === 0 ? 'bound to no server yet' : `for ${origins.join(', ')}`;
}

function Keys(props: { readonly operator: Operator; readonly ask: (question: Question) => void }) {
  const { operator, ask } = props;
  const [changing, setChanging] = useState<string>();
  const [done, setDone] = useState<string>();
  const turnTo = (name: string | undefined, outcome?: string): void => {
    setChanging(name);
    setDone(outcome);
  };
  if (operator.secrets.length === 0) return <p className="text-ink-2">No key is set.</p>;
  return (
    <>
      <Rows label="Keys">
        {operator.secrets.map((secret) => (
          <Row key={secret.name}>
            <b className="min-w-36 font-mono text-[11.5px] font-[550]">{secret.name}</b>
            <span
              className={`min-w-40 flex-1 wrap-anywhere ${secret.unfit === true ? 'text-error' : 'text-ink-2'}`}
            >
              {purposeOf(secret)}
            </span>
            {secret.place === 'environment' ? (
              <span className="chip">from the environment</span>
            ) : operator.refusal !== undefined ? null : (
              <span className="flex gap-1.5">
                <button
                  type="button"
                  className="button small"
                  aria-label={`Change ${secret.name}`}
                  aria-expanded={changing === secret.name}
                  onClick={() => turnTo(changing === secret.name ? undefined : secret.name)}
                >
                  Change
                </button>
                <RemoveButton
                  what={secret.name}
                  onAsk={() => {
                    setDone(undefined);
                    ask({
                      text: `Remove the key ${secret.name}? Graphs that use it stop working.`,
                      yes: 'Remove key',
                      act: () => api.settings.removeSecret.mutate({ name: secret.name }),
                    });
                  }}
                />
              </span>
            )}
            {changing === secret.name ? (
              <div className="w-full pb-2">
                <KeyForm
                  operator={operator}
                  changed={secret}
                  leave={(outcome) => turnTo(undefined, outcome)}
                />
              </div>
            ) : null}
          </Row>
        ))}
      </Rows>
      <Outcome {...(done === undefined ? {} : { done })} />
    </>
  );
}
