import type ts from 'typescript';
import { summaryOf } from './summary.js';

/** Frameworks whose bundler puts proxies in the place of modules that make activities with these functions. */
const makers: ReadonlyMap<string, RegExp> = new Map([['@outputai/core', /^(step|evaluator)$/]]);

/** Whether the bundler of a framework leaves a module out of the workflow bundle. */
export function isLeftOut(file: ts.SourceFile): boolean {
  const { imports, calledNames } = summaryOf(file);
  return imports.some(({ specifier, bindings }) => {
    const makes = makers.get(specifier.text);
    return (
      makes !== undefined && bindings.some(({ local, imported }) => makes.test(imported) && calledNames.has(local))
    );
  });
}
