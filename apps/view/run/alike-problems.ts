/** Problems with one message from which on they are one line. */
const many = 4;

/** Problems in groups, in the order of the first of each: those that many places have alike together, the others alone. */
export function alike<Problem extends { readonly code: string; readonly message: string }>(
  problems: readonly Problem[],
): readonly (readonly Problem[])[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const key = `${problem.code}\n${problem.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].flatMap((group) =>
    group.length < many ? group.map((problem) => [problem]) : [group],
  );
}
