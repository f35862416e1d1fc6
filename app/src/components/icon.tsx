/** Signs beside texts; none of them carries a meaning alone. */
const PATHS = {
  good: "M4 10.5 8.2 15 16 5.5",
  warn: "M10 3 18 17H2Z M10 8v4 M10 14.4v.2",
  bad: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M7 7l6 6 M13 7l-6 6",
  info: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M10 9v5 M10 6v.2",
  clock: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M10 6v4.5l3 2",
  lock: "M5 9h10v8H5Z M7 9V6.5a3 3 0 0 1 6 0V9",
} as const;

/** Name of a sign. */
export type IconName = keyof typeof PATHS;

/** Renders a sign of one text line's height, hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
