import ts from 'typescript';
import { ofDateLibrary } from './date-libraries.js';
import type { Effect, Fact } from './effects.js';
import { factOf } from './facts.js';
import { ofGlobal } from './globals.js';
import type { Referent } from './referents.js';
import { bare, nameText } from './syntax.js';

/** How a value is used where it may be a hazard: `read` is a member looked at, which runs nothing by itself. */
export type Use = 'call' | 'new' | 'mention' | 'read';

/** Where and how something is used. */
export interface Spot {
  use: Use;
  node: ts.Node;
  args: readonly ts.Expression[] | undefined;
}

export interface Hazard {
  effect: Effect;
  /** As a chain shows it: `Date.now()`, `v4() of uuid`. */
  label: string;
  /** What to do instead, where the rule's own advice is not the best. */
  remedy?: string | undefined;
}

/** The hazards of using what a referent stands for, by built-in name or by what is known of its package. */
export function hazardsOf(referent: Referent, spot: Spot, own: ReadonlyMap<string, Fact>): readonly Hazard[] {
  if (referent.kind === 'global') return ofGlobal(referent.path, spot);
  if (referent.kind !== 'package') return [];
  const { module } = referent;
  const path = withoutBind(referent.path);
  const fact = factOf(module, path, own);
  if (fact === 'pure' || spot.use === 'read') return ofDateLibrary(module, path, spot);
  if (fact === undefined) return [];
  const name =
    path
      .filter((step) => step !== 'default')
      .join('.')
      .replaceAll('.()', '()') || 'default';
  const label = `${spot.use === 'mention' ? name : `${name}()`} of ${module}`;
  return fact
    .filter((effect) => effect !== 'time-zone' || !namesContext(spot.args))
    .map((effect) => ({ effect, label, remedy: remedies[`${effect} ${module}`] }));
}

const remedies: Readonly<Record<string, string>> = {
  'random uuid': 'Its code calls crypto, which the sandbox lacks: use uuid4() from @temporalio/workflow.',
  'random nanoid': 'Its code calls crypto, which the sandbox lacks: use uuid4() from @temporalio/workflow.',
  'time-zone date-fns': "Pass { in: utc } (date-fns 4 with @date-fns/utc), or use date-fns-tz's functions with a zone.",
};

/** `{ in: utc }`: newer date-fns takes the zone so. */
function namesContext(args: readonly ts.Expression[] | undefined): boolean {
  return (args ?? []).some((argument) => {
    const value = bare(argument);
    if (!ts.isObjectLiteralExpression(value)) return false;
    return value.properties.some((property) => property.name !== undefined && nameText(property.name) === 'in');
  });
}

/** `Date.now.bind(Date)` and `.call(…)` are as good as the function. */
function withoutBind(path: readonly string[]): readonly string[] {
  const last = path.at(-1);
  return last !== undefined && ['bind', 'call', 'apply'].includes(last) ? path.slice(0, -1) : path;
}
