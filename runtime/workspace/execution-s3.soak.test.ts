import { afterAll, describe, it } from 'vitest';
import { startS3Gateway } from '../backends/testing/s3-gateway.ts';
import { executionContract, executionForms } from './testing/execution/index.ts';
import { readS3Settings } from './workspace.ts';

const gateway = await startS3Gateway();

if (gateway.missing !== undefined) {
  const { missing } = gateway;
  describe('execution with Postgres and S3', () => {
    it('passes the contract of execution', ({ skip }) => skip(missing));
  });
} else {
  afterAll(() => gateway[Symbol.asyncDispose]());
  const forms = await executionForms((name) => {
    const settings = readS3Settings(gateway.variables(name));
    if (settings === undefined) throw new Error('The gateway has no place.');
    return settings;
  });
  for (const form of forms) executionContract(form);
}
