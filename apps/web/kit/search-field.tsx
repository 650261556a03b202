import { Command, useCommandState } from 'cmdk';
import { useEffect, useLayoutEffect, useRef } from 'react';

interface SearchFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly change: (typed: string) => void;
}

/** The field above a list of choices, which has the focus while arrows go through them. */
export function SearchField({ value, placeholder, change }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  // All that the choice and what is told of it depend on.
  const state = useCommandState((now) => `${now.search}\n${now.value}\n${now.selectedItemId}`);
  // While one types, cmdk 1.1 names the choice before this one, which may be gone: another would be read out than the
  // one that Enter takes.
  useLayoutEffect(() => {
    const list = document.getElementById(field.current?.getAttribute('aria-controls') ?? '');
    const chosen = list?.querySelector('[aria-selected="true"]');
    for (const element of [field.current, list]) {
      if (chosen?.id === undefined) element?.removeAttribute('aria-activedescendant');
      else element?.setAttribute('aria-activedescendant', chosen.id);
    }
  }, [state]);
  // And scrolls to that one: what Enter takes would be out of sight, above the choices that are seen.
  useEffect(() => {
    const list = document.getElementById(field.current?.getAttribute('aria-controls') ?? '');
    const first = list?.querySelector('[role="option"]');
    if (first?.getAttribute('aria-selected') === 'true') list?.scrollTo({ top: 0 });
  }, [state]);
  return (
    <Command.Input
      ref={field}
      data-focus
      value={value}
      onValueChange={change}
      placeholder={placeholder}
    />
  );
}
