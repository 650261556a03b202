import type { ParamField } from '@graft/graph';
import { choicesOf } from './plain-control.tsx';
import type { Varied } from '../../../kit/form/field-props.ts';

/** Goes into a number's field, behind what stands there: a comma, and the next value is to be typed. */
function typeMore(id: string): void {
  const field = document.getElementById(id);
  if (!(field instanceof HTMLInputElement)) return;
  field.focus();
  const end = field.value.length;
  field.setSelectionRange(end, end);
  if (end === 0 || /[,;]\s*$/.test(field.value)) return;
  field.setRangeText(', ', end, end, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Offers an experiment of several values: of the choices that there are, or of numbers that are typed. */
export function TrySeveral(props: {
  readonly field: ParamField;
  /** Of the element that the value is typed into. */
  readonly id: string;
  readonly value: unknown;
  readonly varied: Varied;
}) {
  const { field, id, value, varied } = props;
  const choices = choicesOf(field) ?? [];
  const isNumber = field.control === 'integer' || field.control === 'number';
  if (varied.values !== undefined || (!isNumber && choices.length < 2)) return null;
  return (
    <button
      type="button"
      className="quiet-action"
      title={
        isNumber
          ? 'Type several values, separated by commas, to try them in an experiment'
          : 'Try several values in an experiment'
      }
      aria-label={`Try several values of ${field.title}`}
      onClick={() => (isNumber ? typeMore(id) : varied.vary(choices, value))}
    >
      Try several
    </button>
  );
}
