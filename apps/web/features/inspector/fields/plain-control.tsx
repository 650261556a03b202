import type { ParamField } from '@graft/graph';
import {
  ChoicesControl,
  BooleanControl,
  MultilineControl,
  SelectControl,
  TextControl,
} from '../../../kit/form/text-controls.tsx';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { FilesControl } from './files-control.tsx';
import { JsonControl } from '../../../kit/form/json-control.tsx';
import { ListControl } from './list-control.tsx';
import { ModelControl, ServedModelControl } from './model-control.tsx';
import { NumberControl } from '../../../kit/form/number-control.tsx';
import { NumbersControl } from '../../../kit/form/numbers-control.tsx';
import { PairsControl } from '../../../kit/form/pairs-control.tsx';
import { PromptControl } from '../../../kit/code/prompt-control.tsx';
import { SecretControl } from './secret-control.tsx';

/** A list of which every entry is one of a few values. */
export function isChoices(field: ParamField): boolean {
  return field.control === 'json' && field.options !== undefined && Array.isArray(field.default);
}

/** What a parameter may be that is chosen and not typed; undefined where there are no choices. */
export function choicesOf({ control, options }: ParamField): readonly unknown[] | undefined {
  return control === 'boolean' ? [true, false] : control === 'select' ? options : undefined;
}

/** One of a few values, or, where an experiment varies it, those that it tries. */
function ChosenControl({ varied, ...props }: FieldProps) {
  const { field } = props;
  const options = choicesOf(field)?.map(String) ?? [];
  if (varied?.values === undefined) {
    return field.control === 'boolean' ? (
      <BooleanControl {...props} />
    ) : (
      <SelectControl {...props} />
    );
  }
  const choose = (names: unknown): void => {
    const chosen = choicesOf(field)?.filter(
      (option) => Array.isArray(names) && names.includes(String(option)),
    );
    if (chosen !== undefined && chosen.length > 1) varied.replace(chosen);
    else varied.unvary(chosen?.[0]);
  };
  return (
    <ChoicesControl
      {...props}
      field={{ ...field, options }}
      value={varied.values.map(String)}
      change={choose}
    />
  );
}

/** The control of a parameter by its field alone, wherever the parameter stands. */
export function PlainControl(props: FieldProps) {
  const { field } = props;
  switch (field.control) {
    case 'integer':
    case 'number':
      return <NumberControl {...props} />;
    case 'boolean':
    case 'select':
      return <ChosenControl {...props} />;
    case 'file':
    case 'files':
      return <FilesControl {...props} />;
    case 'model':
      return <ModelControl {...props} />;
    case 'secret':
      return <SecretControl {...props} />;
    case 'pairs':
      return <PairsControl {...props} />;
    case 'multiline':
      if ((field.places ?? field.language) !== undefined) return <PromptControl {...props} />;
      return <MultilineControl {...props} />;
    case 'questions':
      return <MultilineControl {...props} />;
    case 'text':
      if (field.modelKind !== undefined) return <ServedModelControl {...props} />;
      return <TextControl {...props} />;
    case 'json':
      if (isChoices(field)) return <ChoicesControl {...props} />;
      if (field.entries === 'text') return <ListControl {...props} />;
      if (field.entries !== undefined) return <NumbersControl {...props} />;
      return <JsonControl {...props} />;
  }
}
