/** An icon as a path: phones without an emoji font would show empty boxes. */

export function Icon({ path }: { path: string }): React.JSX.Element {
  return (
    <svg className="icon" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
      <path d={path} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}

/** Of the three pages. */
export const PAGES = {
  list: "M4 5h16v2.4H4zm0 5.8h16v2.4H4zm0 5.8h16V19H4z",
  calendar: "M7 2v2H4a1 1 0 0 0-1 1v15a1 1 0 0 0 1 1h16a1 1 0 0 0 1-1V5a1 1 0 0 0-1-1h-3V2h-2v2H9V2zM5 9h14v10H5z",
  person: "M12 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zm0 2c-4.4 0-9 2.2-9 6v2h18v-2c0-3.8-4.6-6-9-6z",
} as const;
