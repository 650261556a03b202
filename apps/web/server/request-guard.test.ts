import { describe, expect, it } from 'vitest';
import { allowedHosts, cameByHttps, refusal } from './request-guard.ts';

const hosts = allowedHosts('127.0.0.1', ['Graft.Example.com']);

describe('a request passes', () => {
  it.each([
    { host: 'localhost:3000' },
    // What `ssh -L 9000:localhost:3000` and `docker -p 8080:3000` make of it.
    { host: 'localhost:9000', origin: 'http://localhost:9000' },
    { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' },
    { host: '[::1]:9000', origin: 'http://[::1]:9000' },
    { host: 'localhost' },
    { host: 'LOCALHOST:1', origin: 'http://localhost:1' },
    { host: 'localhost:8443', origin: 'https://localhost:8443' },
    { host: 'graft.example.com', origin: 'https://graft.example.com' },
    { host: 'graft.example.com:8443', origin: 'https://graft.example.com:8443' },
    { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ])('with %j', (headers) => {
    expect(refusal(headers, hosts)).toBeUndefined();
  });
});

describe('a request is refused', () => {
  it.each([
    {},
    { host: '' },
    // DNS rebinding: the attacker's name leads to this machine.
    { host: 'evil.example:3000', origin: 'http://evil.example:3000' },
    { host: 'localhost.evil.example' },
    { host: 'evil.graft.example.com' },
    { host: 'graft.example.com.' },
    { host: 'evil@localhost' },
    { host: 'localhost:3000:3000' },
    { host: 'localhost:' },
    { host: 'localhost/x' },
    { host: 'localhost:3000', origin: 'http://localhost:3001' },
    { host: 'localhost:3000', origin: 'http://127.0.0.1:3000' },
    { host: 'localhost:3000', origin: 'http://localhost' },
    { host: 'localhost:3000', origin: 'null' },
    { host: 'localhost:3000', origin: 'file://localhost:3000' },
    { host: 'localhost:3000', origin: 'http://graft.example.com' },
    { host: 'graft.example.com', origin: 'http://localhost:3000' },
    { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  ])('with %j', (headers) => {
    expect(refusal(headers, hosts)).toMatch(/^[A-Z].+\.$/);
  });

  it('by a name that was not listed', () => {
    expect(refusal({ host: 'graft.example.com' }, allowedHosts('127.0.0.1', []))).toContain(
      '--allow-host',
    );
  });
});

it('believes only a listed host that the browser came by HTTPS', () => {
  const forwarded = { 'x-forwarded-proto': 'https' };
  expect(cameByHttps({ host: 'graft.example.com:8443', ...forwarded }, hosts)).toBe(true);
  for (const proto of ['https,https', 'https, http', ' HTTPS ']) {
    const headers = { host: 'graft.example.com', 'x-forwarded-proto': proto };
    expect(cameByHttps(headers, hosts)).toBe(true);
  }
  const inner = { host: 'graft.example.com', 'x-forwarded-proto': 'http, https' };
  expect(cameByHttps(inner, hosts)).toBe(false);
  expect(cameByHttps({ host: 'graft.example.com' }, hosts)).toBe(false);
  expect(cameByHttps({ host: 'localhost:3000', ...forwarded }, hosts)).toBe(false);
});
