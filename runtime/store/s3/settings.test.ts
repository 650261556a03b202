import { describe, expect, it } from 'vitest';
import { readS3Settings, shownPlace } from './settings.ts';

const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'very-secret' };

describe('the place of artifacts in S3', () => {
  it('is none where it is not set, as a compose file sets it empty', () => {
    expect(readS3Settings({})).toBeUndefined();
    expect(readS3Settings({ GRAFT_ARTIFACTS: ' ', ...keys })).toBeUndefined();
  });

  it('is read with the variables of the tools of AWS', () => {
    const settings = readS3Settings({
      ...{ GRAFT_ARTIFACTS: 's3://team-data/graft//a/', GRAFT_ARTIFACTS_CACHE: '1.5 GB', ...keys },
      ...{ AWS_ENDPOINT_URL: 'http://other', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:7070/' },
      ...{ AWS_REGION: 'eu-central-1', AWS_SESSION_TOKEN: 'for-an-hour' },
    });
    expect(settings).toEqual({
      ...{ bucket: 'team-data', prefix: 'graft/a', copies: 1.5e9, region: 'eu-central-1' },
      endpoint: 'http://127.0.0.1:7070',
      credentials: {
        accessKeyId: 'id',
        secretAccessKey: 'very-secret',
        sessionToken: 'for-an-hour',
      },
    });
    expect(settings === undefined ? '' : shownPlace(settings)).toBe(
      's3://team-data/graft/a at http://127.0.0.1:7070',
    );
  });

  it('leaves region and keys to the profile of this account', () => {
    const settings = readS3Settings({ GRAFT_ARTIFACTS: 's3://team' });
    expect(settings).toEqual({ bucket: 'team', prefix: '', copies: 20e9 });
    expect(settings === undefined ? '' : shownPlace(settings)).toBe('s3://team');
  });

  it.each([
    [{ GRAFT_ARTIFACTS: '/mnt/artifacts' }, 's3://bucket/prefix'],
    [{ GRAFT_ARTIFACTS: 's3://Team/x' }, 's3://bucket/prefix'],
    [{ GRAFT_ARTIFACTS: 's3://id:very-secret@host/x' }, 's3://bucket/prefix'],
    [{ GRAFT_ARTIFACTS: 's3://team/../x' }, 's3://bucket/prefix'],
    [{ AWS_SECRET_ACCESS_KEY: '' }, 'Only one of'],
    [{ AWS_ENDPOINT_URL: 'http://id:very-secret@host' }, 'without a user'],
    [{ AWS_ENDPOINT_URL_S3: '127.0.0.1:7070' }, 'not the address of a server'],
    [{ GRAFT_ARTIFACTS_CACHE: 'plenty' }, 'GRAFT_ARTIFACTS_CACHE is not a size'],
  ])('refuses %j, and repeats no key', (wrong, message) => {
    const read = () => readS3Settings({ GRAFT_ARTIFACTS: 's3://team', ...keys, ...wrong });
    expect(read).toThrow(message);
    expect(read).not.toThrow('very-secret');
  });
});
