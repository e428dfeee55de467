/** What a function may do that a workflow should only do through a sanctioned name. */
export type Effect = 'clock' | 'random';

/** What is known about a function whose source is not followed: nothing to report, or the effects of a call. */
export type Fact = 'pure' | readonly Effect[];

export const effects: readonly Effect[] = ['clock', 'random'];

/** The rule that bans each effect. */
export const ruleOf: Readonly<Record<Effect, string>> = { clock: 'no-date-now', random: 'no-math-random' };
