import { DownIcon, UpIcon } from '../../../kit/icons.tsx';
import type { RowOrdering } from './row-order.ts';

/** Above a list: by what its rows are put in order, up or down. */
export function SortControl({ columns, order, sortBy, loading }: RowOrdering) {
  if (columns.length === 0) return null;
  const { descending = true } = order ?? {};
  const sort = (id: string): void => {
    const column = columns.find((one) => one.id === id);
    sortBy(column && { column: id, descending: column.ascending !== true });
  };
  return (
    <span className="flex items-center gap-1 text-sm text-ink-2" aria-busy={loading}>
      <label className="flex items-center gap-1.5">
        Sort by
        <select
          className="field h-[22px] w-auto px-1 text-sm"
          value={order?.column ?? ''}
          onChange={({ target }) => sort(target.value)}
        >
          <option value="">original order</option>
          {columns.map(({ id, title }) => (
            <option key={id} value={id}>
              {title.toLowerCase()}
            </option>
          ))}
        </select>
      </label>
      {order === undefined ? null : (
        <button
          type="button"
          className="icon-button"
          aria-label={descending ? 'Descending' : 'Ascending'}
          title={descending ? 'Descending. Press for ascending' : 'Ascending. Press for descending'}
          onClick={() => sortBy({ ...order, descending: !descending })}
        >
          {descending ? <DownIcon /> : <UpIcon />}
        </button>
      )}
    </span>
  );
}
