import { UploadRefused } from '../../api/send-files.ts';

/** Why files were not taken; of `several` with the one whose name cannot be, which the screen says nowhere else. */
export function uploadRefusal(error: unknown, several: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const [problem] = error instanceof UploadRefused ? error.problems : [];
  const { file } = problem?.location ?? {};
  const isNamed = several && problem?.code === 'bad-name' && file !== undefined;
  return isNamed ? `${file}: ${error.message}` : error.message;
}
