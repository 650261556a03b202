import { useEffect, useState } from 'react';
import type { FieldProps } from '../form/field-props.ts';
import { MultilineControl } from '../form/text-controls.tsx';
import type { PromptEditor, Selected } from './prompt-editor.tsx';

/** Once it has come, it is there at once wherever a prompt is drawn. */
let Editor: typeof PromptEditor | undefined;

const bring = async (): Promise<void> => {
  Editor = (await import('./prompt-editor.tsx')).PromptEditor;
};

/** What is selected in a field of text, where it has the focus. */
function selectedIn(id: string): Selected | undefined {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement) || field.id !== id) return undefined;
  return { anchor: field.selectionStart, head: field.selectionEnd };
}

/** A prompt or a template. Until its editor has come, and where that cannot be fetched, it is a plain field. */
export function PromptControl(props: FieldProps) {
  const [shown, show] = useState<{ readonly selected?: Selected | undefined } | undefined>(
    Editor === undefined ? undefined : {},
  );
  const { id } = props;
  useEffect(() => {
    if (Editor !== undefined) return undefined;
    let isHere = true;
    bring().then(
      () => {
        if (isHere) show({ selected: selectedIn(id) });
      },
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [id]);
  if (shown === undefined || Editor === undefined) return <MultilineControl {...props} />;
  return <Editor {...props} selected={shown.selected} />;
}
