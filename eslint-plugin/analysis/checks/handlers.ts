import ts from 'typescript';
import type { Registration } from '../registrations.js';
import type { Unit } from '../summary.js';
import { bare } from '../syntax.js';
import type { World } from './world.js';

export type { HandlerKind, Registration } from '../registrations.js';

export function registrationsIn(unit: Unit, world: World): readonly Registration[] {
  return world.graph.registrations.in(unit);
}

/** The units of a handler: a function, or what names one. */
export function codeOf(handler: ts.Node, world: World): readonly Unit[] {
  return world.graph.unitsOf(handler);
}

/** Whether a unit is written where it is handed over, rather than named there. */
export function isInPlace(unit: Unit, handler: ts.Node): boolean {
  return unit.node === (ts.isExpression(handler) ? bare(handler) : handler);
}

/** What a registration has run, and the names that it is given for it. */
export function codeNodes({ callbacks }: Registration, world: World): readonly ts.Node[] {
  return callbacks.flatMap((callback) => [callback, ...codeOf(callback, world).map(({ node }) => node)]);
}

export function handlersIn(unit: Unit, world: World): readonly ts.Node[] {
  return registrationsIn(unit, world).flatMap((registration) => codeNodes(registration, world));
}
