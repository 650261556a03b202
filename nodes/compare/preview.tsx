import { evidenceTableSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { EvidenceTableView, type PreviewProps, RowList } from '../kit/ui/index.ts';

/** The table: means and differences with their intervals, and a verdict on each variant. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={evidenceTableSchema} unit="tables">
      {(table) => <EvidenceTableView table={table} meanings={props.meanings} />}
    </RowList>
  );
}
