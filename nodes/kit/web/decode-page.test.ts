import { describe, expect, it } from 'vitest';
import { decodePage } from './decode-page.ts';

const site = 'https://pottery.example';

describe('the encoding of a page', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  it.each([
    ['by its mark', bytes('\xef\xbb\xbfcaf\xc3\xa9'), 'text/html; charset=latin1'],
    ['by the header', bytes('caf\xe9'), 'text/html; charset="ISO-8859-1"'],
    ['by its head', bytes('<meta charset=windows-1252>caf\xe9'), 'text/html'],
    ['in XML', bytes('<?xml version="1.0" encoding="latin1"?>caf\xe9'), 'application/xhtml+xml'],
    ['by its bytes', bytes('caf\xc3\xa9'), 'text/html'],
    // What can be read as ASCII is no UTF-16, whatever it says.
    ['by its bytes', bytes('<meta charset="utf-16">caf\xc3\xa9'), 'text/html'],
    ['by its bytes', bytes('<meta charset=unicode>caf\xe9'), 'text/html'],
    ['by its bytes', bytes('<?xml version="1.0" encoding="UTF-16LE"?>caf\xc3\xa9'), 'text/html'],
    ['and not by a comment', bytes('<!-- <meta charset=klingon> -->caf\xe9'), 'text/html'],
    ['by the header, UTF-16 too', Buffer.from('café', 'utf16le'), 'text/html; charset=utf-16le'],
    ['by none', bytes('caf\xe9'), ''],
  ])('is told %s', (_, body, type) => {
    expect(decodePage(body, type, site)).toMatch(/café$/);
  });

  it.each([
    ['utf-8', /declares the encoding utf-8, but its bytes do not fit it/],
    ['klingon', /unknown encoding "klingon"/],
  ])('that is wrong is said: %s', (charset, message) => {
    const decoding = (): string =>
      decodePage(bytes('caf\xe9'), `text/html;charset=${charset}`, site);
    expect(decoding).toThrow(message);
    expect(decoding).toThrow(expect.objectContaining({ code: 'bad-encoding' }));
  });
});
