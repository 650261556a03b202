/** A readable id that is not taken: the name itself, else with a number behind it. */
export function freeId(name: string, taken: (id: string) => boolean): string {
  if (!taken(name)) return name;
  let number = 2;
  while (taken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}
