import { secretName } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../../api/client.ts';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { OpenSettings } from '../../../kit/open-settings.tsx';
import { TextLine } from '../../../kit/form/text-controls.tsx';

function nameIn(value: unknown): string {
  const name = typeof value === 'object' && value !== null && '$secret' in value && value.$secret;
  return typeof name === 'string' ? name : '';
}

/**
 * Names a secret of the operator's settings, and shows whether it is set and where it may be sent. Accepts only names:
 * a key that someone pastes here must not reach the graph file.
 */
export function SecretControl({ id, value, invalid, describedBy, change }: FieldProps) {
  const { data: secrets, error } = useQuery(queries.catalogue.secrets.queryOptions());
  const [typed, setTyped] = useState<string>();
  const name = nameIn(value);
  const known = secrets?.find((secret) => secret.name === name);
  return (
    <>
      <TextLine
        {...{ id, describedBy }}
        code
        value={typed ?? name}
        list={`${id}-names`}
        placeholder="none"
        invalid={invalid || typed !== undefined}
        change={(given) => {
          const text = given.trim();
          const isName = secretName.test(text);
          setTyped(isName || text === '' ? undefined : text);
          if (isName) change({ $secret: text });
          else if (text === '') change(null);
        }}
      />
      <datalist id={`${id}-names`}>
        {secrets?.map((secret) => (
          <option key={secret.name} value={secret.name} />
        ))}
      </datalist>
      {typed !== undefined ? (
        <p className="mt-1 text-sm text-error">
          Enter the name of a secret: capital letters, digits and _ only. Never enter a key itself;
          this entry was discarded.
        </p>
      ) : error !== null ? (
        <p className="mt-1 text-sm text-error">{error.message}</p>
      ) : name === '' || secrets === undefined ? null : (
        <p className="mt-1 text-sm text-ink-2" data-testid={`secret-${name}`}>
          {known === undefined
            ? 'Not set. '
            : known.database === true
              ? 'Set. It holds the address of a database.'
              : known.origins.length === 0
                ? 'Set, but not bound to an address yet. '
                : `Set, for ${known.origins.join(', ')}.`}
          {known !== undefined && (known.database === true || known.origins.length > 0) ? null : (
            <OpenSettings message={`GRAFT_SECRET_${name}`} />
          )}
        </p>
      )}
    </>
  );
}
