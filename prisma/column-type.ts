import { ColumnTypeEnum, type ColumnType } from '@prisma/driver-adapter-utils';

/** Prisma's type of a result column: by its declared type, else (an expression) by its first value. */
export function columnType(
  declared: string | null,
  rows: readonly unknown[][],
  index: number,
): ColumnType {
  switch ((declared ?? '').toUpperCase()) {
    case 'TEXT':
      return ColumnTypeEnum.Text;
    case 'REAL':
      return ColumnTypeEnum.Double;
    case 'INTEGER':
    case 'INTEGER UNSIGNED':
      return ColumnTypeEnum.Int32;
    case 'BIGINT':
      return ColumnTypeEnum.Int64;
    case 'DATETIME':
      return ColumnTypeEnum.DateTime;
    case 'BOOLEAN':
      return ColumnTypeEnum.Boolean;
    case 'BLOB':
      return ColumnTypeEnum.Bytes;
    default:
      return ofValue(rows.find((row) => row[index] !== null)?.[index]);
  }
}

function ofValue(value: unknown): ColumnType {
  switch (typeof value) {
    case 'string':
      return ColumnTypeEnum.Text;
    case 'number':
      return Number.isInteger(value) ? ColumnTypeEnum.Int64 : ColumnTypeEnum.Double;
    case 'bigint':
      return ColumnTypeEnum.Int64;
    case 'object':
      return value instanceof Uint8Array ? ColumnTypeEnum.Bytes : ColumnTypeEnum.Int32;
    default:
      return ColumnTypeEnum.Int32;
  }
}
