import type { Hazard, Spot } from './hazards.js';

/** Members of a dayjs or moment value that look at the clock on the wall of its zone. */
const dayjsLocal = new Set(
  `format hour hours day date month year minute minutes weekday isoWeekday week weeks isoWeek quarter dayOfYear startOf
  endOf get set toString calendar toObject toArray daysInMonth isLeapYear weekYear isoWeekYear utcOffset`.split(/\s+/),
);
const dayjsZoning = new Set(['utc', 'tz', 'utcOffset', 'parseZone']);

const luxonLocal = new Set(
  `get set weekday day month year hour minute weekNumber weekYear ordinal quarter daysInMonth daysInYear startOf endOf
  toFormat toISO toISODate toISOTime toISOWeekDate toSQL toSQLDate toSQLTime toLocaleString toLocaleParts toObject
  toRFC2822 hasSame offset zoneName offsetNameShort offsetNameLong isInDST`.split(/\s+/),
);
const luxonZoning = new Set(['toUTC', 'setZone']);

/**
 * What calls of date libraries take from the host: the time where they are given none, and its zone where a member that
 * depends on it is asked for before a zone was named.
 */
export function ofDateLibrary(module: string, path: readonly string[], spot: Spot): readonly Hazard[] {
  const steps = path.filter((step) => step !== 'default');
  if (/^(dayjs|moment|moment-timezone)(\/|$)/.test(module)) return ofDayjs(steps, spot, module);
  return module === 'luxon' && steps[0] === 'DateTime' ? ofLuxon(steps.slice(1), spot) : [];
}

function ofDayjs(steps: readonly string[], { use, args }: Spot, module: string): readonly Hazard[] {
  const [name] = steps;
  const label = `${name === undefined ? module : `${module}.${steps.filter((s) => s !== '()').join('.')}`}()`;
  if (!steps.includes('()')) {
    const makes = name === undefined || name === 'utc';
    return makes && use === 'call' && args?.length === 0
      ? [{ effect: 'clock', label, remedy: undefined }]
      : module !== 'dayjs' && name === 'now' && use === 'call'
        ? [{ effect: 'clock', label }]
        : [];
  }
  const from = steps.slice(0, steps.indexOf('()'));
  if (from.length > 0 && from[0] !== 'unix') return [];
  const after = steps.slice(from.length + 1).filter((step) => step !== '()');
  const last = after.at(-1);
  if (use !== 'call' || last === undefined || steps.at(-1) === '()' || !dayjsLocal.has(last)) return [];
  if (after.slice(0, -1).some((step) => dayjsZoning.has(step))) return [];
  // An offset that is set is a zone; one that is asked for is the host's.
  if (last === 'utcOffset' && (args?.length ?? 0) > 0) return [];
  return [
    { effect: 'time-zone', label: `${module}().${last}()`, remedy: `Use ${module}.utc(…) or .tz(…, zone) first.` },
  ];
}

function ofLuxon(steps: readonly string[], { use, args }: Spot): readonly Hazard[] {
  const [from = ''] = steps;
  const label = `DateTime.${from}() of luxon`;
  if (steps.length === 1) {
    const isNow = from === 'now' || ((from === 'local' || from === 'utc') && args?.length === 0);
    return isNow && use === 'call' ? [{ effect: 'clock', label }] : [];
  }
  if (from === 'utc' || steps[1] !== '()') return [];
  const after = steps.slice(2);
  const last = after.at(-1);
  if (last === undefined || last === '()' || !luxonLocal.has(last) || use === 'mention') return [];
  if (after.slice(0, -1).some((step) => luxonZoning.has(step))) return [];
  const remedy = "Name a zone: DateTime.fromISO(text, { zone: 'utc' }), or .setZone(zone) first.";
  return [{ effect: 'time-zone', label: `DateTime#${last} of luxon`, remedy }];
}
