import type { AdapterInfo, AdapterModuleInfo } from '@graft/graph';
import { type ReactNode, useMemo } from 'react';
import { count, measure, percent } from '../text/amounts.ts';
import { Facts } from '../text/facts.tsx';
import { HeatMap, useChosenCell } from '../charts/heat-map.tsx';

const methods: Readonly<Record<AdapterInfo['method'], string>> = {
  lora: 'LoRA',
  rslora: 'rsLoRA',
  dora: 'DoRA',
};

function scaleOf({ method, rank, alpha }: AdapterInfo): number {
  return method === 'rslora' ? alpha / Math.sqrt(rank) : alpha / rank;
}

/** An adapter's facts, how much it adds where, and the singular values of the chosen module. */
export function AdapterView({ info }: { readonly info: AdapterInfo }): ReactNode {
  const cells = useMemo(
    () => info.modules.map(({ layer, kind, norm }) => ({ layer, kind, value: norm })),
    [info],
  );
  const { chosen, choose } = useChosenCell(cells);
  const module = info.modules.find(
    ({ layer, kind }) => layer === chosen?.layer && kind === chosen.kind,
  );
  const most = cells.reduce((largest, { value }) => Math.max(largest, value), 0);
  return (
    <>
      <Facts
        facts={[
          ['adapter', info.id],
          ['method', methods[info.method]],
          [
            'rank · alpha',
            `${info.rank} · ${measure(info.alpha)} (scale ${measure(scaleOf(info))})`,
          ],
          ['parameters', count(info.parameters)],
          ['share of the base', percent(info.parameters / info.baseParameters)],
          ['targets', info.targets.join(', ')],
          ['base', `${info.base.id} · ${info.base.architecture}`],
          ['base digest', <span className="gk-mono">{info.base.digest}</span>],
        ]}
      />
      {cells.length > 0 && (
        <HeatMap
          title="‖ΔW‖"
          cells={cells}
          scale={{ kind: 'from', most }}
          chosen={chosen}
          choose={choose}
        />
      )}
      {module !== undefined && <Spectrum module={module} />}
    </>
  );
}

/** Singular values that make up a share of ‖ΔW‖². */
function needed(spectrum: readonly number[], share: number): number {
  const energy = spectrum.map((value) => value * value);
  const whole = energy.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  return energy.findIndex((value) => (sum += value) >= share * whole) + 1;
}

const height = 64;
const width = 340;

function Spectrum({ module }: { readonly module: AdapterModuleInfo }): ReactNode {
  const { spectrum, layer, kind, norm } = module;
  const most = spectrum[0] ?? 0;
  const step = Math.min(26, width / Math.max(1, spectrum.length));
  return (
    <figure className="gk-panel">
      <figcaption>
        <b>Singular values of ΔW</b>
        <span className="gk-faint">
          layer {layer} · {kind} · ‖ΔW‖ {measure(norm)}
        </span>
      </figcaption>
      <svg
        className="gk-spectrum"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${spectrum.length} singular values, the largest ${measure(most)}`}
      >
        {spectrum.map((value, at) => {
          const size = most > 0 ? Math.max(0.5, (value / most) * (height - 2)) : 0.5;
          return (
            <g key={at}>
              <rect x={at * step} y={height - size} width={Math.max(1, step - 2)} height={size} />
              <rect className="gk-clear" x={at * step} y={0} width={step} height={height}>
                <title>{`${at + 1}: ${measure(value)}`}</title>
              </rect>
            </g>
          );
        })}
      </svg>
      {most > 0 && (
        <p className="gk-faint">
          Largest {measure(most)}. {needed(spectrum, 0.9)} of {spectrum.length} hold 90 % of ‖ΔW‖².
        </p>
      )}
    </figure>
  );
}
