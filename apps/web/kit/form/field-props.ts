import type { ParamField, VariedParam } from '@graft/graph';

/** The several values that a parameter is given by an experiment of the file. */
export interface Varied {
  /** Those that stand in its field: of an experiment that was made for them. Absent: it has one. */
  readonly values?: readonly unknown[];
  /** The experiment that tries several, which may be one that somebody wrote. */
  readonly tried?: VariedParam;
  /** Varies the parameter in an experiment; `own` is the value of the node itself. One edit. */
  vary(values: readonly unknown[], own: unknown): void;
  /** Puts others in the place of those that stand in its field. One edit. */
  replace(values: readonly unknown[]): void;
  /** Stops varying it: the node keeps `own`, or else its present value. One edit. */
  unvary(own?: unknown): void;
}

/** What every control of the parameter form is given. */
export interface FieldProps {
  readonly field: ParamField;
  readonly id: string;
  /** As it stands in the file; absent: the default. */
  readonly value: unknown;
  readonly invalid: boolean;
  /** Of a list or a record that is invalid: indexes or names of what is wrong in it; absent where that is not known. */
  readonly wrong?: ReadonlySet<string> | undefined;
  /** Of code: the line, from 1, that a problem or the last run names. */
  readonly faultLine?: number | undefined;
  /** Id of the element that holds help and problems. */
  readonly describedBy: string;
  change(value: unknown): void;
  /** Its name for those who do not see it, where the label beside it does not tell it from others. */
  readonly label?: string | undefined;
  /** The node whose parameter it is, on the screen; absent elsewhere. */
  readonly node?: string | undefined;
  /** Absent where an experiment cannot give it several values. */
  readonly varied?: Varied | undefined;
}

/** What an input is given that knows no field: any value with a name. */
export type InputProps = Pick<
  FieldProps,
  'id' | 'value' | 'invalid' | 'describedBy' | 'change' | 'label'
>;

/** Whether an entry of a list or a record is to be marked as wrong: all are, where it is not known which. */
export function isWrongEntry(
  { invalid, wrong }: Pick<FieldProps, 'invalid' | 'wrong'>,
  entry: string | number,
): boolean {
  return invalid && (wrong === undefined || wrong.has(String(entry)));
}
