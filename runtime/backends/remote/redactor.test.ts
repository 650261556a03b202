import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Redactor } from './redactor.ts';

const key = { name: 'OPENAI', value: 'sk-sk-1234"56' };

it('puts the name in the place of the key, however a stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(key.value, 's', 'sk-', 'sk-1', '-sk-1234', '"56', 'kiln ')),
      fc.array(fc.nat(60), { maxLength: 12 }),
      (parts, cuts) => {
        const text = parts.join('');
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const redactor = new Redactor(key);
        const told = places.map((at, i) => redactor.push(text.slice(at, places[i + 1] ?? at)));
        const all = told.join('') + redactor.end();
        expect(all).not.toContain(key.value);
        expect(all).toBe(text.replaceAll(key.value, '[OPENAI]'));
      },
    ),
  );
});

it('finds it in JSON and in addresses, and changes nothing where there is no key', () => {
  const redactor = new Redactor(key);
  const escaped = JSON.stringify({ said: key.value });
  expect(redactor.text(escaped)).toBe('{"said":"[OPENAI]"}');
  expect(redactor.text(`/v1?key=${encodeURIComponent(key.value)}`)).toBe('/v1?key=[OPENAI]');
  const none = new Redactor(undefined);
  expect([none.push('[DONE] '), none.push('x'), none.end()]).toEqual(['[DONE] ', 'x', '']);
});

it('finds it in an address and in JSON however a stream is cut', () => {
  const { name, value } = { name: 'OPENAI', value: 'sk/1+2"34==' };
  for (const form of [encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) {
    for (let at = 0; at <= form.length; at++) {
      const redactor = new Redactor({ name, value });
      const told = redactor.push(form.slice(0, at)) + redactor.push(form.slice(at));
      expect(told + redactor.end()).toBe('[OPENAI]');
    }
  }
});
