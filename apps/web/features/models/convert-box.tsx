import { convertibleFamilies } from '@graft/graph';
import { bytes } from '@graft/nodes/kit/ui';
import { acceptStep } from './downloads-line.ts';
import { useEffect, useId, useRef, useState } from 'react';
import { refusalOf } from '../../api/problem.ts';
import { CancelConversionButton, DownloadProgress, type Downloadable } from './download.tsx';
import { PrecisionRow } from './precision-row.tsx';
import {
  cancelDownload,
  conversionOf,
  convertModel,
  type Download,
  type Offered,
} from './use-models.ts';

/** Precisions of the GGUF file, and the bytes that they take for each weight: Q8_0 has a scale for 32 of them. */
const precisions = [
  { to: 'f16', name: 'F16', bytesEach: 2 },
  { to: 'q8_0', name: 'Q8_0', bytesEach: 34 / 32 },
] as const;
type Precision = (typeof precisions)[number]['to'];

/** What is known of a model before it is converted. */
export interface Convertible extends Downloadable {
  readonly format: string;
  readonly architecture: string | undefined;
  /** How many weights it has. */
  readonly parameters: number | undefined;
  readonly isHere: boolean;
}

interface ConvertBoxProps {
  readonly of: Convertible;
  readonly offered: Offered;
  readonly downloads: ReadonlyMap<string, Download>;
  /** Takes the model that is made at once; it comes meanwhile. Undefined where nothing asks for one. */
  readonly use: ((id: string) => void) | undefined;
  /** Shows the model that was made. */
  readonly show: (id: string) => void;
}

/** Whether Graft makes a GGUF file of a model. */
export const isConvertible = ({ format, architecture = '' }: Convertible): boolean =>
  format === 'safetensors' && convertibleFamilies.includes(architecture);

/** Makes a GGUF file of a model in safetensors: its size before and after, and how far it is. */
export function ConvertBox(props: ConvertBoxProps) {
  const { of, offered, downloads, use, show } = props;
  const group = useId();
  const [to, setTo] = useState<Precision>('f16');
  const [refused, setRefused] = useState<string>();
  const coming = conversionOf(downloads, of.id);
  const isGoing = coming !== undefined && coming.problem === undefined;
  const going = isGoing ? coming.model : undefined;
  const before = useRef<string>(undefined);
  useEffect(() => {
    const made = before.current;
    before.current = going;
    const isMade = ({ facts, installed }: Offered['models'][number]): boolean =>
      facts.id === made && installed;
    if (going === undefined && offered.models.some(isMade)) show(made ?? '');
  }, [going, offered, show]);
  const convert = async (): Promise<void> => {
    setRefused(undefined);
    try {
      // The failed attempt is shown until the next one begins.
      if (coming?.problem !== undefined) await cancelDownload(coming.model);
      const made = await convertModel({ from: of.id, to, consent: of.licence.consent });
      use?.(made);
    } catch (error) {
      setRefused(refusalOf(error));
    }
  };
  const words = [
    ...(of.licence.consent ? [acceptStep(of.licence)] : []),
    ...(of.isHere ? [] : ['download']),
    'convert to GGUF',
    ...(use === undefined ? [] : ['use']),
  ];
  const label = `${words.slice(0, -1).join(', ')}${words.length > 1 ? ' and ' : ''}${words.at(-1) ?? ''}`;
  return (
    <form
      className="mt-4 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void convert();
      }}
    >
      <fieldset disabled={isGoing}>
        <legend className="mb-1 font-[550]">Convert to GGUF</legend>
        <p className="mb-1 text-ink-2">
          Nodes that write answers need GGUF; training takes either. The {bytes(of.size)} of
          safetensors stay.
        </p>
        {precisions.map(({ to: each, name, bytesEach }) => {
          const size = of.parameters === undefined ? undefined : of.parameters * bytesEach;
          return (
            <PrecisionRow
              key={each}
              {...{ group, value: each, memory: size ?? of.size, machine: offered.memory }}
              checked={each === to}
              choose={() => setTo(each)}
              size={
                size === undefined ? '' : `${bytes(of.size)} → about ${bytes(Math.round(size))}`
              }
            >
              {name}
            </PrecisionRow>
          );
        })}
      </fieldset>
      {coming === undefined ? null : (
        <div className="mt-2">
          <DownloadProgress coming={coming} />
        </div>
      )}
      {refused === undefined ? null : (
        <p role="alert" className="mt-2 text-error">
          {refused}
        </p>
      )}
      <div className="mt-2 flex justify-end">
        {isGoing ? (
          <CancelConversionButton id={coming.model} />
        ) : (
          <button type="submit" className="button go">
            {label.charAt(0).toUpperCase()}
            {label.slice(1)}
          </button>
        )}
      </div>
    </form>
  );
}
