import ts from 'typescript';
import type { CallGraph, HazardSite } from '../call-graph.js';
import type { Effect } from '../effects.js';
import { reachability } from '../reachable.js';
import type { Unit } from '../summary.js';
import { wayFrom, type Way } from '../way.js';
import { isWithin } from './syntax.js';

/** A call of a function of the SDK's or of longhaul's workflow package. */
export interface SdkCall {
  /** The way from the module to the function: `sleep`, `proxyActivities.().ship`, `CancellationScope.nonCancellable`. */
  name: string;
  module: string;
  node: ts.CallExpression;
}

/** What checks ask of the code around a unit. */
export class World {
  private readonly calls = new Map<Unit, readonly SdkCall[]>();
  private readonly questions = new Map<string, (unit: Unit) => boolean>();
  private readonly mentioned = new Map<string, boolean>();

  constructor(
    readonly graph: CallGraph,
    readonly checker: ts.TypeChecker,
    readonly program: ts.Program,
    /** Calls between all files of the project, those of activities too. */
    readonly project: () => CallGraph,
    /** Whether the SDK runs a unit as a workflow. */
    readonly isEntry: (unit: Unit) => boolean,
    /** All that workflows run. */
    readonly reached: () => Iterable<Unit>,
    /** Names and patterns of task queues that one host alone takes from. */
    readonly dedicatedQueues: readonly string[],
  ) {}

  /** The calls of SDK functions in a unit, functions within it aside. */
  callsOf(unit: Unit): readonly SdkCall[] {
    let known = this.calls.get(unit);
    if (known === undefined) {
      known = unit.sites.flatMap((site) => {
        if (site.kind !== 'call' || !ts.isCallExpression(site.node)) return [];
        const named = this.nameOf(site.node.expression);
        return named === undefined ? [] : [{ ...named, node: site.node }];
      });
      this.calls.set(unit, known);
    }
    return known;
  }

  /** What an expression names of the SDK or of longhaul. */
  nameOf(expression: ts.Expression): { name: string; module: string } | undefined {
    for (const referent of this.graph.referents.of(expression)) {
      if (referent.kind !== 'package' || !sdk.has(referent.module)) continue;
      return { name: referent.path.join('.'), module: referent.module };
    }
    return undefined;
  }

  /** The units that a callback stands for: written in place, or named. */
  unitsOf(callback: ts.Expression, graph = this.graph): readonly Unit[] {
    return graph.unitsOf(callback);
  }

  /** The shortest way from a unit to an effect. */
  wayTo(unit: Unit, effect: Effect, wanted: (hazard: HazardSite) => boolean = () => true): Way | undefined {
    return wayFrom(unit, this.graph, effect, (at) => this.graph.hazards(at, effect).find(wanted));
  }

  /** Whether a part of a unit's code issues a command, by itself or through what it calls. */
  issuesCommands(unit: Unit, code: ts.Node): boolean {
    return this.graph.hazards(unit, 'commands').some(({ node }) => isWithin(node, code)) || this.callsInto(unit, code);
  }

  /** Whether a call in a part of a unit's code leads to a command. */
  callsInto(unit: Unit, code: ts.Node): boolean {
    return this.graph
      .from(unit)
      .edges.some(
        ({ node, to }) => isWithin(node, code) && to.kind !== 'module' && this.graph.leadingTo('commands')(to),
      );
  }

  /** A unit and all that lead to it, loading aside. */
  callersOf(unit: Unit): ReadonlySet<Unit> {
    const found = new Set([unit]);
    for (const one of found) {
      for (const { from } of this.graph.to(one)) if (from.kind !== 'module') found.add(from);
    }
    return found;
  }

  /** All that a unit leads to, itself included. */
  reachedFrom(unit: Unit, graph = this.graph): ReadonlySet<Unit> {
    const found = new Set([unit]);
    for (const one of found) {
      for (const { to } of graph.from(one).edges) if (to.kind !== 'module') found.add(to);
    }
    return found;
  }

  /**
   * Whether a unit, or something that it leads to, is what `test` looks for.
   *
   * @param question Names the test: it is the same for all units asked about.
   */
  leads(unit: Unit, question: string, test: (unit: Unit) => boolean): boolean {
    let known = this.questions.get(question);
    if (known === undefined) {
      known = reachability((at) => this.graph.calledBy(at), test);
      this.questions.set(question, known);
    }
    return known(unit);
  }

  /** Whether some file of the project holds a text: for options that switch a hazard off somewhere else. */
  mentions(text: RegExp): boolean {
    let known = this.mentioned.get(text.source);
    if (known === undefined) {
      known = this.program
        .getSourceFiles()
        .some((file) => !this.graph.referents.modules.isOutside(file) && holds(file, text));
      this.mentioned.set(text.source, known);
    }
    return known;
  }
}

const held = new WeakMap<ts.SourceFile, Map<string, boolean>>();

/** Whether a file's text has something in it; each is looked at once. */
export function holds(file: ts.SourceFile, text: RegExp): boolean {
  let byText = held.get(file);
  if (byText === undefined) held.set(file, (byText = new Map<string, boolean>()));
  let known = byText.get(text.source);
  if (known === undefined) byText.set(text.source, (known = text.test(file.text)));
  return known;
}

const sdk = new Set(['@temporalio/workflow', 'longhaul/workflows', 'longhaul/activities', 'longhaul']);

/** Whether a call issues what a cancellation of the scope around it stops: it waits for the server. */
export function isCommand({ name, module }: Pick<SdkCall, 'name' | 'module'>): boolean {
  return module === '@temporalio/workflow' && commands.test(name);
}

const commands =
  /^(sleep|condition|executeChild|startChild|scheduleActivity|scheduleLocalActivity|proxy(Local)?Activities\.\(\)\.[^.]+)$/;
