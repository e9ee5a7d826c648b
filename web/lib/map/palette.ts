// Colours of the map, dark and light; those of couriers' states are the same as in styles/tokens.css.

export type Theme = 'dark' | 'light';

export interface MapPalette {
  land: string;
  built: string;
  park: string;
  water: string;
  building: string;
  /** From the smallest road to the largest. */
  roads: { path: string; service: string; minor: string; tertiary: string; secondary: string; primary: string; motorway: string };
  casing: string;
  rail: string;
  label: string;
  labelQuiet: string;
  halo: string;
  zone: string;
  line: string;
}

export const MAP_PALETTES: Record<Theme, MapPalette> = {
  dark: {
    land: '#10151b',
    built: '#131920',
    park: '#12211b',
    water: '#0b1e31',
    building: '#19212a',
    roads: {
      path: '#232c36',
      service: '#222b35',
      minor: '#2a343f',
      tertiary: '#323d4a',
      secondary: '#3b4756',
      primary: '#465364',
      motorway: '#536073',
    },
    casing: '#0d1217',
    rail: '#2b3541',
    label: '#b4c0cf',
    labelQuiet: '#8190a2',
    halo: '#0d1217',
    zone: '#3f6fb5',
    line: '#7fb0ff',
  },
  light: {
    land: '#f2f0ea',
    built: '#ece9e1',
    park: '#dbe8d0',
    water: '#bfd8e8',
    building: '#e2ddd2',
    roads: {
      path: '#ddd6c9',
      service: '#fbfaf7',
      minor: '#ffffff',
      tertiary: '#ffffff',
      secondary: '#fdf6e3',
      primary: '#fbeecb',
      motorway: '#f6dfae',
    },
    casing: '#d9d3c6',
    rail: '#c9c3b8',
    label: '#39424e',
    labelQuiet: '#6a7480',
    halo: '#f7f5f0',
    zone: '#5b86c4',
    line: '#1d5fd0',
  },
};

/** Colours of what couriers do: free, to pickup, carrying, at stop, on break; then late. */
export const STATE_COLOURS: Record<Theme, { states: readonly string[]; late: string; edge: string; ring: string }> = {
  dark: {
    states: ['#60a5fa', '#a78bfa', '#34d399', '#fbbf24', '#8a97a8'],
    late: '#f87171',
    edge: '#0d1217',
    ring: '#ffffff',
  },
  light: {
    states: ['#1d4ed8', '#6d28d9', '#047857', '#b45309', '#64748b'],
    late: '#b91c1c',
    edge: '#ffffff',
    ring: '#17202a',
  },
};

/** Return "#60a5fa" as red, green, blue from 0 to 1. */
export function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
