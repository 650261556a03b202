import type { ParamField } from '@graft/graph';
import type { Varied } from './varied.tsx';

/** What every control of the parameter form is given. */
export interface FieldProps {
  readonly field: ParamField;
  readonly id: string;
  /** As it stands in the file; absent: the default. */
  readonly value: unknown;
  readonly invalid: boolean;
  /** Id of the element that holds help and problems. */
  readonly describedBy: string;
  change(value: unknown): void;
  /** Absent where an experiment cannot give it several values. */
  readonly varied?: Varied | undefined;
}
