import type { Effect } from './effects.js';

/**
 * Facts of packages that workflows meet often, by module names. A name not listed has no effect.
 *
 * `a.()` is what a call of `a` returns, `a.*` all that hangs below `a`.
 */
export const curatedFacts: readonly (readonly [modules: string, facts: Partial<Record<Effect, string>>])[] = [
  [
    '@temporalio/workflow',
    {
      commands: `sleep condition executeChild startChild continueAsNew makeContinueAsNewFunc.() scheduleActivity
        scheduleLocalActivity proxyActivities.().* proxyLocalActivities.().* upsertSearchAttributes upsertMemo
        getExternalWorkflowHandle.().signal getExternalWorkflowHandle.().cancel createNexusServiceClient.().*
        patched deprecatePatch`,
      'continues-as-new': 'continueAsNew makeContinueAsNewFunc.()',
      'waits-for-handlers': 'allHandlersFinished',
      patches: 'patched deprecatePatch',
      draws: 'uuid4 workflowRandom.* getRandomStream.().*',
    },
  ],
  [
    'longhaul/workflows',
    {
      commands: 'waitFor rollOver step longActivity.() longActivity.().*',
      'continues-as-new': 'rollOver',
      'waits-for-handlers': 'rollOver',
      draws: 'random',
    },
  ],
  [
    'longhaul/recipes',
    { commands: 'approval callback poll fanOut fanOutChildren batch scheduledCleanup pipeline reportTo' },
  ],
  ['@temporalio/activity', { heartbeats: 'heartbeat Context.current.().heartbeat' }],
  ['longhaul/activities', { heartbeats: 'checkpoint checkpoint.().*' }],
  ['uuid', { random: 'v1 v4 v6 v7 default' }],
  ['uuid/v1 uuid/v4', { random: 'default' }],
  ['nanoid nanoid/async nanoid/non-secure', { random: 'nanoid customAlphabet random' }],
  ['ulid ulidx', { random: 'ulid monotonicFactory.() default' }],
  ['@paralleldrive/cuid2', { random: 'createId init.()' }],
  ['cuid shortid ksuid crypto-random-string', { random: 'default generate random' }],
  [
    'crypto',
    {
      random: `randomUUID randomBytes randomInt randomFill randomFillSync getRandomValues webcrypto.randomUUID
        webcrypto.getRandomValues`,
    },
  ],
  [
    'lodash lodash-es',
    {
      clock: 'now',
      random: 'random sample sampleSize shuffle',
      timer: 'debounce throttle delay defer',
    },
  ],
  ['lodash.now', { clock: 'default' }],
  ['lodash.random lodash.sample lodash.samplesize lodash.shuffle', { random: 'default' }],
  ['lodash.debounce lodash.throttle lodash.delay lodash.defer', { timer: 'default' }],
  ['delay p-timeout', { timer: 'default' }],
  ['node-fetch cross-fetch got ky', { io: 'default default.* fetch get post put patch delete head extend.()' }],
  ['axios', { io: 'default get post put patch delete head options request create.() create.().*' }],
  ['undici', { io: 'fetch request stream pipeline' }],
  [
    'date-fns',
    {
      clock: `isToday isTomorrow isYesterday isPast isFuture isThisHour isThisISOWeek isThisMinute isThisMonth
        isThisQuarter isThisSecond isThisWeek isThisYear startOfToday startOfTomorrow startOfYesterday endOfToday
        endOfTomorrow endOfYesterday formatDistanceToNow formatDistanceToNowStrict constructNow`,
      'time-zone': `format formatISO formatISO9075 formatRFC3339 lightFormat formatRelative startOfDay startOfWeek
        startOfMonth startOfQuarter startOfYear startOfDecade startOfISOWeek startOfISOWeekYear startOfWeekYear
        startOfHour endOfDay endOfWeek endOfMonth endOfQuarter endOfYear endOfDecade endOfISOWeek endOfISOWeekYear
        endOfWeekYear endOfHour lastDayOfMonth lastDayOfWeek lastDayOfYear lastDayOfQuarter lastDayOfISOWeek
        getDate getDay getDayOfYear getDaysInMonth getDaysInYear getDecade getHours getISODay getISOWeek
        getISOWeekYear getMinutes getMonth getQuarter getWeek getWeekOfMonth getWeekYear getYear getWeeksInMonth
        setDate setDay setDayOfYear setHours setISODay setISOWeek setISOWeekYear setMinutes setMonth setQuarter setWeek
        setWeekYear setYear set isSameDay isSameWeek isSameMonth isSameQuarter isSameYear isSameISOWeek
        isWeekend isMonday isTuesday isWednesday isThursday isFriday isSaturday isSunday isFirstDayOfMonth
        isLastDayOfMonth isLeapYear addDays addWeeks addMonths addQuarters addYears addBusinessDays addISOWeekYears
        subDays subWeeks subMonths subQuarters subYears subBusinessDays subISOWeekYears differenceInCalendarDays
        differenceInCalendarWeeks differenceInCalendarMonths differenceInCalendarQuarters differenceInCalendarYears
        differenceInCalendarISOWeeks differenceInDays differenceInBusinessDays differenceInWeeks differenceInMonths
        differenceInQuarters differenceInYears eachDayOfInterval eachWeekOfInterval eachMonthOfInterval
        eachWeekendOfInterval eachWeekendOfMonth eachYearOfInterval nextDay nextMonday nextTuesday nextWednesday
        nextThursday nextFriday nextSaturday nextSunday previousDay previousMonday previousTuesday
        previousWednesday previousThursday previousFriday previousSaturday previousSunday intervalToDuration parse`,
    },
  ],
];

/** Packages whose functions neither look at the outside nor keep time. */
export const pureModules: readonly string[] = [
  '@temporalio/common',
  '@temporalio/proto',
  'ajv',
  'assert',
  'big.js',
  'bignumber.js',
  'camelcase',
  'change-case',
  'class-transformer',
  'class-validator',
  'date-fns-tz',
  '@date-fns/tz',
  '@date-fns/utc',
  'dayjs',
  'decimal.js',
  'deepmerge',
  'fast-deep-equal',
  'fp-ts',
  'immer',
  'lodash.camelcase',
  'lodash.clonedeep',
  'lodash.get',
  'lodash.groupby',
  'lodash.isequal',
  'lodash.merge',
  'lodash.set',
  'long',
  'luxon',
  'moment',
  'moment-timezone',
  'ms',
  'neverthrow',
  'parse-duration',
  'qs',
  'ramda',
  'reflect-metadata',
  'remeda',
  'semver',
  'slugify',
  'superjson',
  'tiny-invariant',
  'ts-pattern',
  'tslib',
  'url',
  'util',
  'valibot',
  'yaml',
  'yup',
  'zod',
];
