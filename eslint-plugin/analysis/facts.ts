import type { Effect, Fact } from './effects.js';
import { curatedFacts, pureModules } from './known-packages.js';

const curated = new Map<string, Fact>();
const knownModules = new Set(pureModules);
for (const [modules, facts] of curatedFacts) {
  for (const module of modules.split(' ')) {
    knownModules.add(module);
    for (const [effect, names] of Object.entries(facts) as [Effect, string][]) {
      for (const name of names.trim().split(/\s+/)) {
        const key = `${module}#${name}`;
        curated.set(key, [...((curated.get(key) as readonly Effect[] | undefined) ?? []), effect]);
      }
    }
  }
}

/**
 * What is known about an export of a package.
 *
 * @param path The way from the module to the function, such as `['default', 'randomUUID']`; `()` stands for a call.
 */
export function factOf(module: string, path: readonly string[], own: ReadonlyMap<string, Fact>): Fact | undefined {
  const bare = module.replace(/^node:/, '').replace(/\.[cm]?js$/, '');
  const steps = unwrapped(
    bare,
    path.filter((step) => step !== 'default'),
  );
  const name = steps.join('.') || 'default';
  for (const facts of [own, curated]) {
    for (const start of new Set([module, bare])) {
      const fact = lookUp(facts, start, name);
      if (fact !== undefined) return fact;
    }
    const home = packageOf(bare);
    const fact = lookUp(facts, home, home === bare ? name : [...inner(bare, steps), ...steps].join('.') || 'default');
    if (fact !== undefined) return fact;
  }
  return knownModules.has(bare) || knownModules.has(packageOf(bare)) ? 'pure' : undefined;
}

/** `_(items).map(f).shuffle()` is `_.shuffle()`; what `_.sortBy(items)` or `_(items).first()` gives is the project's. */
function unwrapped(module: string, steps: readonly string[]): readonly string[] {
  if (!/^lodash(-es)?$/.test(module) || !/^(chain\.)?\(\)\./.test(steps.join('.'))) return steps;
  const last = steps.lastIndexOf('()');
  return steps.slice(0, last).some((step) => unwrapping.test(step)) ? steps : steps.slice(last + 1);
}

const unwrapping =
  /^(value|valueOf|first|head|last|nth|find|findLast|shift|pop|min|max|minBy|maxBy|reduce|get|result)$/;

/** `lodash/random` and `date-fns/format` hold what their packages export by that name. */
function inner(module: string, steps: readonly string[]): readonly string[] {
  const last = module.split('/').at(-1) ?? '';
  return steps[0] === last ? [] : steps.length === 0 || steps[0] === '()' ? [last] : [];
}

/** The fact of a name, or of all below one of its beginnings. */
function lookUp(facts: ReadonlyMap<string, Fact>, module: string, name: string): Fact | undefined {
  const exact = facts.get(`${module}#${name}`);
  if (exact !== undefined) return exact;
  for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
    // What a call of it returns is another thing.
    if (name.slice(end + 1).includes('()')) continue;
    const fact = facts.get(`${module}#${name.slice(0, end)}.*`);
    if (fact !== undefined) return fact;
  }
  return facts.get(`${module}#*`);
}

/** The package that a module specifier names: `@acme/lib/dates` is in `@acme/lib`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
