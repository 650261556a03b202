/** Object identifiers of types, from Postgres' catalogue. */
const oid = { bool: 16, date: 1082, time: 1114, timeWithZone: 1184, json: 114, jsonb: 3802 };

/** Sends query values as text; the server infers the type from their position. */
const text = (value: unknown): string => String(value);

/**
 * Replaces the library's types, which read times without a zone as the machine's, drop microseconds, and write values
 * by the type of their target. Sessions use UTC: `2026-01-31 12:00:00.5+00` becomes `2026-01-31T12:00:00.5Z`, and
 * without a zone `2026-01-31T12:00:00.5`.
 */
export const plainTypes = {
  date: {
    ...{ to: oid.timeWithZone, from: [oid.date, oid.time, oid.timeWithZone] },
    serialize: text,
    parse: isoTime,
  },
  json: {
    ...{ to: oid.json, from: [oid.json, oid.jsonb] },
    serialize: text,
    parse: (value: string): unknown => JSON.parse(value),
  },
  bool: {
    ...{ to: oid.bool, from: [oid.bool] },
    serialize: text,
    parse: (value: string): boolean => value === 't',
  },
};

function isoTime(value: string): string {
  const [, day, time, zone] =
    /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/.exec(value) ?? [];
  // A day, infinity, or before the common era.
  if (day === undefined || time === undefined) return value;
  return `${day}T${time}${zone === undefined ? '' : 'Z'}`;
}
