import { useEffect, useRef, useState } from 'react';
import { FullPageIcon } from '../icons.tsx';
import type { FieldProps } from '../form/field-props.ts';
import { emptyText } from '../form/text-controls.tsx';
import { LargePrompt } from './large-prompt.tsx';
import { promptView, type PromptView, type TypedInto } from './code-view.ts';
import { unknownMessage } from './place-extensions.ts';

/** What is selected in a text that had the focus. */
export interface Selected {
  readonly anchor: number;
  readonly head: number;
}

interface EditorProps extends FieldProps {
  /** Of the plain field that stood here before; undefined where it had no focus. */
  readonly selected: Selected | undefined;
}

function attributesOf({ field, id, invalid, describedBy }: FieldProps): TypedInto {
  return {
    id,
    'aria-label': field.title,
    'aria-describedby': `${id}-unknown ${describedBy}`,
    'aria-invalid': String(invalid),
    spellcheck: String(field.language === undefined),
  };
}

/** Code, or a prompt or a template, in which the names of what is filled in are completed and others underlined. */
export function PromptEditor({ selected, ...props }: EditorProps) {
  const { field, id, value } = props;
  const { places = [], language } = field;
  const text = typeof value === 'string' ? value : '';
  const host = useRef<HTMLDivElement>(null);
  const [made, setMade] = useState<PromptView>();
  const [isLarge, setLarge] = useState(false);
  const given = useRef(props);
  given.current = props;
  useEffect(() => {
    const prompt = promptView({
      text,
      places,
      language,
      attributes: attributesOf(given.current),
      change: (now) => given.current.change(now),
    });
    setMade(prompt);
    host.current?.append(prompt.view.dom);
    if (selected !== undefined) {
      prompt.view.dispatch({ selection: selected });
      prompt.view.focus();
    }
    return () => prompt.view.destroy();
    // Made once: what changes of what it is given, it is told below.
  }, []);
  useEffect(() => made?.take(text), [made, text]);
  const hint = emptyText(field, value) ?? '';
  useEffect(() => made?.hint(hint), [made, hint]);
  const { title } = field;
  const { invalid, describedBy } = props;
  useEffect(
    () => made?.describe(attributesOf(given.current)),
    [made, id, title, invalid, describedBy],
  );
  // A label gives the focus to fields of forms only.
  useEffect(() => {
    const listening = new AbortController();
    const focus = (): void => made?.view.focus();
    for (const label of document.querySelectorAll(`label[for="${CSS.escape(id)}"]`))
      label.addEventListener('click', focus, { signal: listening.signal });
    return () => listening.abort();
  }, [made, id]);
  const { faultLine } = props;
  useEffect(() => made?.markFault(faultLine), [made, faultLine]);
  const unknown = language === undefined ? unknownMessage(text, places) : undefined;
  return (
    <div className="group/prompt relative">
      <div ref={host} />
      <button
        type="button"
        className="icon-button absolute top-[2px] right-[2px] quiet-icon bg-panel"
        aria-label={`Enlarge ${title}`}
        title="Enlarge"
        onClick={() => setLarge(true)}
      >
        <FullPageIcon />
      </button>
      <p id={`${id}-unknown`} className="mt-1 text-sm text-working empty:hidden" role="status">
        {unknown}
      </p>
      {isLarge && made !== undefined ? (
        <LargePrompt
          {...{ title, unknown }}
          view={made.view}
          home={host}
          close={() => setLarge(false)}
        />
      ) : null}
    </div>
  );
}
