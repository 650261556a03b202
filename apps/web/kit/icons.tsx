import type { ReactNode } from 'react';

function icon(paths: ReactNode): () => ReactNode {
  return function Icon() {
    return (
      <svg
        width="15"
        height="15"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {paths}
      </svg>
    );
  };
}

export const UndoIcon = icon(<path d="M5.5 3 2.5 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6" />);
export const RedoIcon = icon(<path d="m10.5 3 3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H10" />);
export const LightIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
  </>,
);
export const DarkIcon = icon(<path d="M13.2 9.7A5.6 5.6 0 0 1 6.3 2.8a5.6 5.6 0 1 0 6.9 6.9Z" />);
export const SettingsIcon = icon(
  <>
    <path d="M2 4.5h6.5M12 4.5h2M2 11.5h2M7.5 11.5H14" />
    <circle cx="10.2" cy="4.5" r="1.7" />
    <circle cx="5.8" cy="11.5" r="1.7" />
  </>,
);
export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const PlusIcon = icon(<path d="M8 3v10M3 8h10" />);
export const FitIcon = icon(<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />);
export const TidyIcon = icon(
  <>
    <rect x="2" y="2.5" width="4.5" height="4" rx="1" />
    <rect x="2" y="9.5" width="4.5" height="4" rx="1" />
    <rect x="10" y="6" width="4" height="4" rx="1" />
    <path d="M6.5 4.5H8v3.5h2M6.5 11.5H8V8" />
  </>,
);
export const PlanIcon = icon(
  <>
    <path d="M2.5 4l1.2 1.2L6 3M2.5 11l1.2 1.2L6 10" />
    <path d="M8.5 4.5H14M8.5 11.5H14" />
  </>,
);
export const MoreIcon = icon(<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2" />);
export const LeftPanelIcon = icon(
  <>
    <rect x="2" y="3" width="12" height="10" rx="1.5" />
    <path d="M6 3v10" />
  </>,
);
export const LowerPanelIcon = icon(
  <>
    <rect x="2" y="3" width="12" height="10" rx="1.5" />
    <path d="M2 9.5h12" />
  </>,
);
export const RightPanelIcon = icon(
  <>
    <rect x="2" y="3" width="12" height="10" rx="1.5" />
    <path d="M10 3v10" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M3.5 10.5h-1v-8h8v1" />
  </>,
);
export const DownloadIcon = icon(<path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11" />);
/** A snowflake. */
export const FreezeIcon = icon(
  <path d="M8 2v12M2.8 5l10.4 6M13.2 5 2.8 11M6.2 3.2 8 4.8l1.8-1.6M6.2 12.8 8 11.2l1.8 1.6" />,
);
/** A pencil. */
export const EditIcon = icon(
  <path d="M10.6 3.2 12.8 5.4 5.4 12.8 2.6 13.4 3.2 10.6Z M9.2 4.6 11.4 6.8" />,
);
export const FullPageIcon = icon(
  <path d="M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9" />,
);
/** A funnel. */
export const FilterIcon = icon(<path d="M2.5 3h11L9.5 8.2v4.3l-3 1.5V8.2Z" />);
export const UpIcon = icon(<path d="m4 10 4-4 4 4" />);
export const DownIcon = icon(<path d="m4 6 4 4 4-4" />);
