// The icons of all pages: lines on a 16-unit square, in the colour of the text around them.
import type { JSX } from 'preact';

const PATHS = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  close: 'm4 4 8 8m0-8-8 8',
  back: 'M10 3 5 8l5 5',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  bag: 'M3.5 5.5h9l.7 8H2.8l.7-8ZM5.5 7V4.5a2.5 2.5 0 0 1 5 0V7',
  door: 'M2.5 7.5 8 2.8l5.5 4.7M4 6.6v6.6h8V6.6M6.8 13.2V9.5h2.4v3.7',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  follow: 'M8 2.2v2M8 11.8v2M2.2 8h2M11.8 8h2M8 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.4a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.2M8 11.3v.1',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.6v1.6M8 12.8v1.6M1.6 8h1.6M12.8 8h1.6M3.5 3.5l1.1 1.1M11.4 11.4l1.1 1.1M12.5 3.5l-1.1 1.1M4.6 11.4l-1.1 1.1',
  moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z',
  leave: 'M6.5 2.5h-4v11h4M6.5 8h7M11 5.5 13.5 8 11 10.5',
  gift: 'M2.5 5.5h11v3h-11v-3Zm1 3v5h9v-5M8 5.5v8M8 5.5C5 5.5 4.6 2.5 6.3 2.5 7.6 2.5 8 5.5 8 5.5s.4-3 1.7-3c1.7 0 1.3 3-1.7 3Z',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6',
  warning: 'M8 2.5 14.2 13H1.8L8 2.5ZM8 6.6v3M8 11.4v.1',
  signal: 'M3 13v-2M6.3 13V8.5M9.7 13V6M13 13V3',
  pin: 'M8 14s4.5-4.2 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.8 8 14 8 14Zm0-6a1.6 1.6 0 1 0 0-3.2A1.6 1.6 0 0 0 8 8Z',
  bicycle: 'M3.7 12.3a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM12.3 12.3a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM3.7 10.1 6.2 5.7h4.1l2 4.4M6.2 5.7l2.4 4.4h-4.9M10.3 5.7 9.6 4h1.8M5.2 4.4h2',
  motorcycle: 'M3.5 12.4a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM12.5 12.4a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM3.5 10.4h4.2l2.3-3.2H5.8l-2.3 0M12.5 10.4 10.4 4.6H8.8',
  car: 'M2.2 8.6 3.8 4.6h8.4l1.6 4v3.6h-1.9v-1.3H4.1v1.3H2.2V8.6Zm0 0h11.6M4.6 10.2v.1M11.4 10.2v.1',
  on_foot: 'M8.6 3.6a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM8.2 5 6 6.6 5.4 9M8.2 5l.5 3.4-2.2 2.1L5.3 14M8.7 8.4l1.9 2 .8 3.6M8.2 5l1.6 2.2 1.9.5',
  nav: 'M13.5 2.5 2.5 7l4.7 1.8L9 13.5l4.5-11Z',
  phone: 'M5.2 2.5H3.4A1 1 0 0 0 2.5 3.6 10.6 10.6 0 0 0 12.4 13.5a1 1 0 0 0 1.1-.9v-1.8l-3-1.2-1.3 1.3A8 8 0 0 1 5 6.8l1.3-1.3-1.1-3Z',
  play: 'M5 3v10l8-5-8-5Z',
  pause: 'M5.5 3v10M10.5 3v10',
  expand: 'm4.5 6.5 3.5 3.5 3.5-3.5',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon for the eye only: say in words what it means beside it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Return the same icon as an element, for map pins. */
export function iconElement(name: IconName): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  const looks = { viewBox: '0 0 16 16', fill: 'none', stroke: 'currentColor', 'stroke-width': '1.6', 'aria-hidden': 'true' };
  for (const [key, value] of Object.entries(looks)) svg.setAttribute(key, value);
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
