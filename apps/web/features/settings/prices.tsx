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
import { useChange, type Operator, type Question } from './use-settings.ts';

/** What a price is of. */
const priced = (model: string): string => (model === '' ? 'every request' : model);

const empty = { model: '', origin: '', input: '', output: '' };

/** What servers charge for their models. */
export function Prices(props: {
  readonly operator: Operator;
  readonly ask: (question: Question) => void;
}) {
  const { operator, ask } = props;
  const { change, isGoing, ...outcome } = useChange();
  const [price, setPrice] = useState(empty);
  const isFixed = operator.fixed.includes('GRAFT_PRICES');
  const mayWrite = operator.refusal === undefined && !isFixed;
  const field = (name: keyof typeof empty) => ({
    value: price[name],
    onChange: ({ target }: { readonly target: HTMLInputElement }) =>
      setPrice({ ...price, [name]: target.value }),
  });
  const save = async (): Promise<void> => {
    const { model, origin, input, output } = price;
    const isSaved = await change(
      () =>
        api.settings.setPrice.mutate({
          ...{ model: model.trim(), origin, input: Number(input), output: Number(output) },
        }),
      'The price is set. Plans state what a run will cost at most.',
    );
    if (isSaved) setPrice(empty);
  };
  return (
    <Section
      title="Prices"
      about="US dollars per million tokens that a model reads, and per million that it writes. With them Graft states what a run will cost at most, and what it cost."
    >
      {operator.prices.length === 0 ? null : (
        <Rows label="Prices">
          {operator.prices.map(({ model, origin, input, output }) => (
            <Row key={`${model} ${origin}`}>
              <b className="font-[550]">{priced(model)}</b>
              <span className="min-w-40 flex-1 text-ink-2 wrap-anywhere">{origin}</span>
              <span className="tabular-nums">
                ${input} read, ${output} written
              </span>
              {mayWrite ? (
                <RemoveButton
                  what={`the price of ${priced(model)} at ${origin}`}
                  onAsk={() =>
                    ask({
                      text: `Remove the price of ${priced(model)} at ${origin}?`,
                      yes: 'Remove price',
                      act: () => api.settings.removePrice.mutate({ model, origin }),
                    })
                  }
                />
              ) : null}
            </Row>
          ))}
        </Rows>
      )}
      {isFixed ? (
        <SetInEnvironment name="GRAFT_PRICES" />
      ) : mayWrite ? (
        <form
          aria-label="Set a price"
          className="mt-3 grid grid-cols-2 items-end gap-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)_6rem_6rem_auto]"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Field label="Model" placeholder="gpt-5-mini" {...field('model')} />
          <Field
            label="Server"
            placeholder="https://api.openai.com"
            required
            {...field('origin')}
          />
          <Field label="$ read" type="number" min="0" step="any" required {...field('input')} />
          <Field label="$ written" type="number" min="0" step="any" {...field('output')} />
          <button type="submit" className="button" disabled={isGoing}>
            Set price
          </button>
        </form>
      ) : (
        <FileLines
          file={operator.file}
          lines={'GRAFT_PRICES="gpt-5-mini@https://api.openai.com=0.25/2"'}
        />
      )}
      <Outcome {...outcome} />
    </Section>
  );
}
