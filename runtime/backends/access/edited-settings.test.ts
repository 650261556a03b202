import { describe, expect, it } from 'vitest';
import { editedSettings, parsedSettings } from './edited-settings.ts';

describe('a changed settings file', () => {
  it('keeps every other line, comments and order included', () => {
    const text = '# Mine\nexport OTHER=1 # why\n\nGRAFT_SECRET_A=old-value-1\nLAST="x y"\n';
    const edited = editedSettings(text, { GRAFT_SECRET_A: 'new-value-1', HF_TOKEN: 'hf_12345678' });
    expect(edited).toBe(
      '# Mine\nexport OTHER=1 # why\n\nGRAFT_SECRET_A=new-value-1\nLAST="x y"\nHF_TOKEN=hf_12345678\n',
    );
    expect(editedSettings(edited, { GRAFT_SECRET_A: undefined, HF_TOKEN: undefined })).toBe(
      '# Mine\nexport OTHER=1 # why\n\nLAST="x y"\n',
    );
  });

  it('keeps line breaks of Windows, a byte order mark, and a last line without its end', () => {
    expect(editedSettings('\uFEFFA=1\r\nB=2', { A: '3', C: '4' })).toBe(
      '\uFEFFA=3\r\nB=2\r\nC=4\r\n',
    );
  });

  it('replaces all of what defines a setting more than once, or over several lines', () => {
    const text = 'A=1\nLONG="first\nA=within\nlast"\n  export A = 2\n';
    const edited = editedSettings(text, { A: '3' });
    expect(edited).toBe('LONG="first\nA=within\nlast"\nA=3\n');
    expect(editedSettings(edited, { LONG: undefined })).toBe('A=3\n');
  });

  it.each([
    'sk-plain_0123.ABC/=+',
    'with # hash',
    'with "double" quotes',
    "with 'single' quotes",
    String.raw`back\nslash and \t`,
    String.raw`all "of' it` + '\\',
    'dollar $HOME ${PATH}',
    '`tick`',
    '!@#$%^&*()[]{}|;:<>?,.~',
    'postgres://reader:p%40ss@db.example/shop?sslmode=require',
  ])('holds the value %s as it is', (value) => {
    const text = 'BEFORE=1\nAFTER="2"\n';
    expect(parsedSettings(editedSettings(text, { KEY: value }))).toEqual({
      ...{ BEFORE: '1', AFTER: '2', KEY: value },
    });
  });

  it.each([
    'one\nGRAFT_ENDPOINTS=EVIL@https://evil.example',
    'one"\nGRAFT_ENDPOINTS=EVIL@https://evil.example\nX="',
    "one'\nGRAFT_ENDPOINTS=EVIL@https://evil.example\nX='",
    'one\r\nHF_ENDPOINT=https://evil.example',
    '"\'`\nA=1',
    String.raw`every "quote' of` + '` the file',
  ])('never brings in another setting: %j', (value) => {
    const text = 'BEFORE=1\nGRAFT_ENDPOINTS=https://api.example.com\n';
    const before = parsedSettings(text);
    let edited = text;
    try {
      edited = editedSettings(text, { KEY: value });
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-input' });
      expect(String(error)).not.toContain('evil');
    }
    const { KEY: _, ...rest } = parsedSettings(edited);
    expect(rest).toEqual(before);
  });

  it('is refused where a quote that never closes would swallow what is added', () => {
    const text = 'OPEN="never closed\n';
    let edited = text;
    try {
      edited = editedSettings(text, { KEY: 'value-0123' });
      expect(parsedSettings(edited)['KEY']).toBe('value-0123');
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-input' });
    }
    expect(parsedSettings(edited)['OPEN']).toBe(parsedSettings(text)['OPEN']);
  });
});
