import ts from 'typescript';
import type { Border } from './detector.js';
import type { Hazard } from './hazards.js';
import type { Implementations } from './implementations.js';
import type { Referent, Referents } from './referents.js';
import { symbolName } from './syntax.js';

/** Takes what a place in a unit leads to. */
export interface Sink {
  /** @param args What the target is handed, where it is called and that can be seen. */
  run: (target: ts.Node, node: ts.Node, args?: readonly ts.Expression[]) => void;
  hazards: (found: readonly Hazard[], node: ts.Node) => void;
  border: (border: Border | undefined) => void;
  /** A member whose implementations were asked for. */
  ask: (member: string) => void;
}

/** Finds the code that a name, or what it stands for, has run. */
export class ReferentCode {
  constructor(
    private readonly referents: Referents,
    private readonly implementations: Implementations,
  ) {}

  /** The functions that may run when a referent is called or handed on. */
  of(referent: Referent, sink: Sink): readonly ts.Node[] {
    if (referent.kind === 'function') return [referent.node];
    if (referent.kind === 'signature') {
      sink.ask(symbolName(referent.symbol));
      return this.implementations.of(referent.symbol);
    }
    if (referent.kind !== 'object') return [];
    return referent.node.properties.flatMap((property): readonly ts.Node[] => {
      if (ts.isMethodDeclaration(property)) return [property];
      if (ts.isShorthandPropertyAssignment(property)) return this.functionsOf(property.name);
      return ts.isPropertyAssignment(property) ? this.functionsOf(property.initializer) : [];
    });
  }

  private functionsOf(expression: ts.Expression): readonly ts.Node[] {
    return this.referents.of(expression).flatMap((referent) => (referent.kind === 'function' ? [referent.node] : []));
  }
}
