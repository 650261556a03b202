import { useState } from 'react';
import { api } from '../../api/client.ts';
import {
  Field,
  FileLines,
  Outcome,
  RemoveButton,
  Row,
  Rows,
  Section,
  SetInEnvironment,
} from './parts.tsx';
import { endpointText, useChange, type Operator, type Question } from './use-settings.ts';

interface OperatorProps {
  readonly operator: Operator;
  readonly ask: (question: Question) => void;
}

/** The servers that graphs may ask without a key. */
export function Servers({ operator, ask }: OperatorProps) {
  const { change, isGoing, ...outcome } = useChange();
  const [address, setAddress] = useState('');
  const isSet = (name: string): boolean => operator.secrets.some((secret) => secret.name === name);
  // A server of a key that is not set stands here, or nothing would show it.
  const shown = operator.endpoints.filter(({ secret }) => secret === undefined || !isSet(secret));
  const isFixed = operator.fixed.includes('GRAFT_ENDPOINTS');
  const mayWrite = operator.refusal === undefined && !isFixed;
  return (
    <Section
      title="Servers without a key"
      about="Graphs may send prompts and documents to these. Servers on this computer, such as Ollama, need no entry."
    >
      {shown.length === 0 ? null : (
        <Rows label="Servers without a key">
          {shown.map(({ origin, secret }) => (
            <Row key={`${secret ?? ''} ${origin}`}>
              <span className="min-w-40 flex-1 font-mono text-[11.5px] wrap-anywhere">
                {origin}
              </span>
              {secret === undefined ? null : (
                <span className="text-ink-2">for the key {secret}, which is not set</span>
              )}
              {mayWrite ? (
                <RemoveButton
                  what={origin}
                  onAsk={() =>
                    ask({
                      text: `Remove ${origin}? Graphs that ask it stop working.`,
                      yes: 'Remove server',
                      act: () =>
                        api.settings.forbid.mutate({
                          origin,
                          ...(secret === undefined ? {} : { secret }),
                        }),
                    })
                  }
                />
              ) : null}
            </Row>
          ))}
        </Rows>
      )}
      {isFixed ? (
        <SetInEnvironment name="GRAFT_ENDPOINTS" />
      ) : mayWrite ? (
        <form
          aria-label="Allow a server"
          className="mt-3 flex items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            void change(
              () => api.settings.allow.mutate({ address }),
              `Graphs may ask ${address}.`,
            ).then((isDone) => isDone && setAddress(''));
          }}
        >
          <Field
            label="Address of a server"
            className="flex-1"
            placeholder="http://10.0.0.5:8000"
            required
            value={address}
            onChange={({ target }) => setAddress(target.value)}
          />
          <button type="submit" className="button" disabled={isGoing}>
            Allow server
          </button>
        </form>
      ) : (
        <FileLines
          file={operator.file}
          lines={`GRAFT_ENDPOINTS="${[...operator.endpoints.map(endpointText), 'http://10.0.0.5:8000'].join(' ')}"`}
        />
      )}
      <Outcome {...outcome} />
    </Section>
  );
}
