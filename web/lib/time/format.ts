// Times, spans, distances and money as people of a language write them.
import type { Money } from '../api/views';

/** Return the tag for Intl: Latin digits everywhere, so that numbers line up and copy well. */
export function numbersOf(locale: string): string {
  return `${locale}-u-nu-latn`;
}

const DAY_MS = 24 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = locale + JSON.stringify(options);
  let found = formats.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat(numbersOf(locale), options);
    formats.set(name, found);
  }
  return found;
}

/** Return "14:05" in the time zone of the place. */
export function clockTime(ms: number, locale: string, timeZone?: string, seconds = false): string {
  return dateFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' as const } : {}),
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  }).format(ms);
}

/** Return "14:05", and for another day than today, as the place counts days, "Nov 24, 14:05". */
export function dayTime(ms: number, nowMs: number, locale: string, timeZone?: string, seconds = false): string {
  const time = clockTime(ms, locale, timeZone, seconds);
  const day = dateFormat(locale, { day: 'numeric', month: 'short', ...(timeZone ? { timeZone } : {}) });
  return day.format(ms) === day.format(nowMs) ? time : `${day.format(ms)}, ${time}`;
}

/** Return both ends of a window; the second tells a day only where one day does not hold both. */
export function timesOf(
  fromMs: number,
  untilMs: number,
  nowMs: number,
  locale: string,
  timeZone?: string,
): { from: string; until: string } {
  const short = untilMs - fromMs < DAY_MS;
  return {
    from: dayTime(fromMs, nowMs, locale, timeZone),
    until: short ? clockTime(untilMs, locale, timeZone) : dayTime(untilMs, nowMs, locale, timeZone),
  };
}

/** Return an amount as the currency is written; minor units come from the currency itself. */
export function money(value: Money, locale: string): string {
  const format = new Intl.NumberFormat(numbersOf(locale), {
    style: 'currency',
    currency: value.currency,
    currencyDisplay: 'narrowSymbol',
  });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(value.amount / 10 ** digits);
}

/** Return "850 m" or "2.4 km". */
export function distance(metres: number, locale: string): string {
  const far = metres >= 1000;
  return new Intl.NumberFormat(numbersOf(locale), {
    style: 'unit',
    unit: far ? 'kilometer' : 'meter',
    maximumFractionDigits: far ? 1 : 0,
  }).format(far ? metres / 1000 : Math.round(metres / 10) * 10);
}

export function weight(grams: number, locale: string): string {
  const heavy = grams >= 1000;
  return new Intl.NumberFormat(numbersOf(locale), {
    style: 'unit',
    unit: heavy ? 'kilogram' : 'gram',
    maximumFractionDigits: 1,
  }).format(heavy ? grams / 1000 : grams);
}

/** Return a span in its largest fitting unit: "40 sec", "12 min", "3 hr", "4 days"; the sign is kept. */
export function span(seconds: number, locale: string, style: 'short' | 'narrow' = 'short'): string {
  const { value, unit } = largestUnit(seconds);
  return new Intl.NumberFormat(numbersOf(locale), {
    style: 'unit',
    unit,
    unitDisplay: style,
    maximumFractionDigits: 0,
  }).format(value);
}

function largestUnit(seconds: number): { value: number; unit: string } {
  const size = Math.abs(seconds);
  if (size < 60) return { value: Math.trunc(seconds), unit: 'second' };
  if (size < 5400) return { value: Math.trunc(seconds / 60), unit: 'minute' };
  if (size < 48 * 3600) return { value: Math.round(seconds / 3600), unit: 'hour' };
  return { value: Math.round(seconds / 86_400), unit: 'day' };
}

/** Return "4:07" for countdowns; below zero it stays at "0:00". */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
