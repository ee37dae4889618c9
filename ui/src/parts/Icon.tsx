// Icons of 24 units, drawn with the text's colour.  Those that point somewhere turn around in
// right-to-left text.
const paths = {
  dashboard: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z',
  directions: 'M12 3v18M5 6h11l3 3-3 3H5zM19 14H9l-3 3 3 3h10z',
  creatives: 'M4 5h16v14H4zM10 9l5 3-5 3z',
  launch: 'M5 15c-1 1-2 5-2 5s4-1 5-2M9 12l3 3 7-7c2-2 2-5 2-5s-3 0-5 2zM9 12l-4 .5L8 9h4M12 15l-.5 4L15 16v-4',
  campaigns: 'M4 6h16M4 12h16M4 18h10',
  leads: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-7 7-7s7 3 7 7M17 4a4 4 0 0 1 0 7M18 14c2.5.6 4 3 4 6',
  roi: 'M4 20V4M4 20h16M7 15l4-5 4 3 5-7',
  autopilot: 'M12 3l8 4v5c0 5-3.5 8-8 9-4.5-1-8-4-8-9V7zM9 12l2 2 4-4',
  accounts: 'M3 7h18v12H3zM3 11h18M7 15h4',
  settings: 'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM19 12l2-1-1-3-2 .3-1.5-1.5L17 4.5 14 3.5 13 5.5h-2L10 3.5 7 4.5l.5 2.3L6 8.3 4 8l-1 3 2 1-0 0-2 1 1 3 2-.3 1.5 1.5L7 19.5l3 1 1-2h2l1 2 3-1-.5-2.3 1.5-1.5 2 .3 1-3z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17h.01',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12l5 5 9-10',
  plus: 'M12 5v14M5 12h14',
  more: 'M5 11.5v1M12 11.5v1M19 11.5v1',
  down: 'M6 9l6 6 6-6',
  up: 'M6 15l6-6 6 6',
  forward: 'M9 6l6 6-6 6',
  back: 'M15 6l-6 6 6 6',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  alert: 'M12 4 2.5 20h19zM12 10v4M12 17h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01',
  undo: 'M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  retry: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v4h-4',
  upload: 'M12 16V4M7 9l5-5 5 5M4 20h16',
  download: 'M12 4v12M7 11l5 5 5-5M4 20h16',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  archive: 'M3 5h18v4H3zM5 9v10h14V9M10 13h4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  phone: 'M5 3h4l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z',
  chat: 'M4 5h16v11H9l-5 4z',
  play: 'M7 4l13 8-13 8z',
  pause: 'M8 5v14M16 5v14',
  stop: 'M6 6h12v12H6z',
  columns: 'M4 5h16v14H4zM10 5v14M15 5v14',
  filter: 'M3 5h18l-7 8v6l-4-2v-4z',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  exit: 'M14 4h6v16h-6M10 8l-4 4 4 4M6 12h10',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  note: 'M5 4h14v12l-4 4H5zM15 20v-4h4M8 9h8M8 13h5',
  tag: 'M3 12V4h8l10 10-8 7zM7.5 8h.01',
} as const;

export type IconName = keyof typeof paths;
const turning: ReadonlySet<IconName> = new Set<IconName>(['forward', 'back', 'undo', 'exit', 'list', 'directions', 'campaigns']);

export function Icon({ name, size = 20, label }: { name: IconName; size?: number; label?: string }) {
  return (
    <svg
      class={turning.has(name) ? 'icon icon-turns' : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden={label ? undefined : 'true'}
      role={label ? 'img' : undefined}
      aria-label={label}
    >
      <path d={paths[name]} />
    </svg>
  );
}
