const day = 86_400_000;

/** How far the clock is put ahead: over a change of the season, and of the year for most. */
export const elsewhereMs = 200 * day;

/** Another machine: a time zone half an hour off and a language with other commas than this one's. */
export function elsewhere(env: NodeJS.ProcessEnv): { env: Record<string, string>; words: string } {
  const zone = (env.TZ ?? Intl.DateTimeFormat().resolvedOptions().timeZone) === zones[0] ? zones[1] : zones[0];
  const locale = Intl.DateTimeFormat().resolvedOptions().locale.startsWith('de') ? 'ar_EG' : 'de_DE';
  return {
    env: { TZ: zone, LC_ALL: `${locale}.UTF-8`, LANG: `${locale}.UTF-8` },
    words: `with time zone ${zone}, locale ${locale} and the clock ${elsewhereMs / day} days ahead`,
  };
}

const zones = ['Australia/Lord_Howe', 'America/St_Johns'] as const;
