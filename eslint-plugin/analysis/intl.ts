import ts from 'typescript';
import type { Hazard } from './hazards.js';
import { bare, nameText, variableNamed } from './syntax.js';

/** What a call that formats or compares takes from the host: by what its arguments leave out. */
export function ofIntlArguments(
  label: string,
  locales: ts.Expression | undefined,
  options: ts.Expression | undefined,
  formatsDates: boolean,
): readonly Hazard[] {
  const advice = formatsDates
    ? "Pass a locale and { timeZone }, such as 'en-US' and 'UTC'"
    : "Pass a locale, such as 'en-US'";
  if (isDefaultLocale(locales)) return [{ effect: 'locale', label, remedy: `${advice}.` }];
  if (!formatsDates || namesZone(options) !== false) return [];
  return [{ effect: 'time-zone', label, remedy: "Pass { timeZone: 'UTC' } or the zone that is meant." }];
}

/** Nothing, `undefined`, `[]` and `'default'` all stand for what the host says. */
function isDefaultLocale(node: ts.Expression | undefined): boolean {
  if (node === undefined) return true;
  const value = bare(node);
  if (ts.isIdentifier(value)) return value.text === 'undefined';
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  return ts.isStringLiteralLike(value) && value.text === 'default';
}

/** Whether options name a time zone; nothing where the source does not show it. */
function namesZone(node: ts.Expression | undefined): boolean | undefined {
  if (node === undefined) return false;
  const value = constantValue(bare(node));
  if (ts.isIdentifier(value) && value.text === 'undefined') return false;
  if (!ts.isObjectLiteralExpression(value)) return undefined;
  let known: boolean | undefined = false;
  for (const property of value.properties) {
    if (property.name === undefined) known = undefined;
    else if (nameText(property.name) === 'timeZone') return true;
  }
  return known;
}

/** The value of a constant of the same file. */
function constantValue(node: ts.Expression): ts.Expression {
  const value = ts.isIdentifier(node) ? variableNamed(node)?.initializer : undefined;
  return value === undefined ? node : bare(value);
}
