import { useState } from 'react';
import { api } from '../../api/client.ts';
import { openWhenWritten } from '../../api/graphs/open-file.ts';
import { refreshFiles, report } from '../../api/graphs/graph-file.ts';
import { forgetDrawn } from '../../api/graphs/workspace-files.ts';

/** Copies an example into the workspace, with all that it needs, and opens it; `copying` is the one on its way. */
export function useCopyExample(): {
  readonly copying: string | undefined;
  /** Whether it could be copied; why not is told. */
  readonly copy: (path: string) => Promise<boolean>;
} {
  const [copying, setCopying] = useState<string>();
  const copy = async (path: string): Promise<boolean> => {
    setCopying(path);
    const open = openWhenWritten();
    try {
      const written = await api.graphs.copyExample.mutate({ path });
      await forgetDrawn(...written);
      await refreshFiles();
      await open(path);
      return true;
    } catch (error) {
      report(error);
      return false;
    } finally {
      setCopying(undefined);
    }
  };
  return { copying, copy };
}
