import type { InputProps } from './field-props.ts';
import { TextLines, useTyped } from './text-controls.tsx';

/** What a text stands for: its JSON, or, while it is none, the text. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Any value as JSON. What is none yet stands in its place as text, where its check says so: nothing typed is lost. */
export function JsonControl({ value, invalid, ...props }: InputProps) {
  const [typed, type] = useTyped(value, readJson);
  const json = value === undefined ? '' : JSON.stringify(value, null, 2);
  const text = typed ?? (typeof value === 'string' ? value : json);
  // A text in the place of a value: what was typed is none yet.
  const isBroken = typeof value === 'string' && readJson(text) === text;
  return (
    <>
      <TextLines
        {...props}
        code
        least={3}
        text={text}
        invalid={invalid || isBroken}
        change={(next) => {
          type(next);
          props.change(readJson(next));
        }}
      />
      {isBroken ? <p className="mt-1 text-sm text-error">Not valid JSON yet.</p> : null}
    </>
  );
}
