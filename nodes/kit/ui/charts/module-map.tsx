import type { MetricRow } from '@graft/graph';
import { type ReactNode, useMemo } from 'react';
import { HeatMap, type HeatCell, type HeatMapProps, cellText, useChosenCell } from './heat-map.tsx';
import { modulePlace } from '../text/module-path.ts';

export interface ModuleValue {
  readonly title: string;
  readonly of: (values: MetricRow['values']) => number | undefined;
  readonly scale: (values: readonly number[]) => HeatMapProps['scale'];
  readonly tell?: HeatMapProps['tell'];
}

/** A heat map over layers and modules, from rows labelled with module paths. */
export function ModuleMap(props: {
  readonly rows: readonly MetricRow[];
  readonly value: ModuleValue;
}): ReactNode {
  const { rows, value } = props;
  const cells = useMemo(
    () =>
      rows.flatMap(({ label = '', values }): HeatCell[] => {
        const place = modulePlace(label);
        const found = value.of(values);
        return place === undefined || found === undefined ? [] : [{ ...place, value: found }];
      }),
    [rows, value],
  );
  const { chosen, choose } = useChosenCell(cells);
  if (cells.length === 0) return null;
  return (
    <>
      <HeatMap
        title={value.title}
        cells={cells}
        scale={value.scale(cells.map((cell) => cell.value))}
        chosen={chosen}
        choose={choose}
        {...(value.tell === undefined ? {} : { tell: value.tell })}
      />
      {chosen !== undefined && <p className="gk-note gk-tight">{cellText(chosen, value.tell)}</p>}
    </>
  );
}
