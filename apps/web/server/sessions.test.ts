import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Sessions } from './sessions.ts';

const token = 'correct-horse-battery-staple';
const day = 24 * 3600 * 1000;
const at = (ms: number) => (): number => ms;

function withCookie(cookie: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.headers.cookie = cookie;
  return request;
}
const pairOf = (header: string): string => header.split(';', 1)[0] ?? '';

it('knows its own cookie again, after a restart too, until it is over', () => {
  const cookie = new Sessions(token, '', at(0)).newCookie({ secure: false });
  const request = withCookie(`other=1; ${pairOf(cookie)}`);
  expect(new Sessions(token, '', at(29 * day)).check(request)).toBe('valid');
  expect(new Sessions(token, '', at(31 * day)).check(request)).toBe('missing');
  expect(new Sessions('another-token', '', at(0)).check(request)).toBe('wrong');
});

it('takes no cookie whose date was changed, and none of another shape', () => {
  const sessions = new Sessions(token, '', at(0));
  const [name = '', value = ''] = pairOf(sessions.newCookie({ secure: false })).split('=');
  const signature = value.split('.')[1] ?? '';
  for (const changed of [
    `9999999999.${signature}`,
    signature,
    token,
    '',
    `${value}x`,
    `.${value}`,
  ]) {
    expect(sessions.check(withCookie(`${name}=${changed}`))).toBe('wrong');
  }
  expect(sessions.check(withCookie('other=1'))).toBe('missing');
});

it('sends its cookie below a secret path only, to no script, and over HTTPS where that is used', () => {
  const sessions = new Sessions(token, '/graft');
  expect(sessions.path).toMatch(/^\/graft\/s\/[\w-]{22}\/$/);
  const cookie = sessions.newCookie({ secure: false });
  expect(cookie).toContain(`; Path=${sessions.path};`);
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; SameSite=Strict/);
  expect(cookie).not.toContain('Secure');
  expect(sessions.newCookie({ secure: true })).toContain('; Secure');
});

it('reveals the token neither by the cookie nor by the path', () => {
  const sessions = new Sessions(token, '');
  expect(sessions.newCookie({ secure: false }) + sessions.path).not.toContain(token);
  expect(new Sessions('another-token', '').path).not.toBe(sessions.path);
});
