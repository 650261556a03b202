import { defaultModelsFolder } from '@graft/backends/catalogue';
import { doctor as examine, type DoctorCheck } from '@graft/backends/probe';
import { z } from 'zod';
import { env } from '../env.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { print, printJson, painter, table } from '../terminal.ts';

const optionsSchema = z.object({ json: z.boolean().optional() });
const colours = { ok: 'green', missing: 'yellow', broken: 'red' } as const;

/** `graft doctor`. Fails when something that every graph needs is missing or broken. */
export async function doctor(rawOptions: unknown): Promise<ExitCode> {
  const { json = false } = optionsSchema.parse(rawOptions);
  const { stateChecks } = await import('@graft/workspace');
  const [machine, state] = await Promise.all([
    examine({ modelsFolder: defaultModelsFolder(env.all) }),
    stateChecks(env),
  ]);
  const isHealthy = machine.healthy && state.every(({ status }) => status === 'ok');
  const report = { ...machine, checks: [...machine.checks, ...state], healthy: isHealthy };
  if (json) printJson(report);
  else print(table(report.checks.map(line)));
  return report.healthy ? exitCode.succeeded : exitCode.failed;
}

function line({ title, status, detail, remedy }: DoctorCheck): string[] {
  const paint = painter(process.stdout);
  const advice = remedy === undefined ? '' : `. ${remedy}`;
  return [title, paint(colours[status], status), `${detail}${advice}`];
}
