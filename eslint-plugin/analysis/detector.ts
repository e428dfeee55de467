import ts from 'typescript';
import { builtinModules } from 'node:module';
import { isOutsideWorkflow } from './context.js';
import { EngineHazards } from './engine-hazards.js';
import { factOf } from './facts.js';
import { hazardsOf, type Hazard, type Use } from './hazards.js';
import { MemberHazards } from './member-hazards.js';
import type { Referent, Referents } from './referents.js';
import type { Settings } from './settings.js';
import { ofBuiltInWrite, ofDefinition } from './shared-state.js';
import { summaryOf, type Site } from './summary.js';
import { bare, isAccess, requiredModule, type Access } from './syntax.js';

/** A place at which code leaves what can be read: a package's function of which nothing is known. */
export interface Border {
  module: string;
  name: string;
  node: ts.Node;
}

export interface DetectorOptions {
  /** Whether the library's own types are there to ask. */
  typed: boolean;
  /** What the project has the bundler leave out. */
  ignored: readonly string[];
}

/** Takes found hazards. */
export type Take = (found: readonly Hazard[], node: ts.Node) => void;

/** Says what one place in the source does, as far as it can be seen there. */
export class Detector {
  private readonly members: MemberHazards;
  private readonly engine: EngineHazards;

  constructor(
    checker: ts.TypeChecker,
    private readonly referents: Referents,
    private readonly settings: Settings,
    private readonly options: DetectorOptions,
  ) {
    this.members = new MemberHazards(checker, referents, options.typed);
    this.engine = new EngineHazards(checker, referents, options.typed);
  }

  /** Hazards at a place that runs nothing else. */
  site(site: Site, take: Take): void {
    switch (site.kind) {
      case 'package':
        take(this.ofPackage(site.node), site.node);
        return;
      case 'loading':
        if (!this.isLeftOut(site.node)) take([{ effect: 'dynamic-import', label: site.label }], site.node);
        return;
      case 'power':
        take(this.engine.ofPower(site.node, site.node.left, site.node.right), site.node);
        return;
      case 'binding':
        take(this.engine.ofBinding(site.node), site.node);
        return;
      case 'in':
        take(this.engine.ofIn(site.node), site.node);
        return;
      case 'probe':
        if (!isAccess(bare(site.node))) take(this.engine.ofProbe(site.node), site.node);
        return;
      case 'read':
        this.read(site.node, take);
        return;
      case 'text':
        take([...this.members.ofTextOf(site.node), ...this.engine.ofTextOf(site.node)], site.node);
        return;
      case 'write':
        take(ofBuiltInWrite(site.node, site.value, this.referents), site.node);
        return;
      case 'access':
        this.access(site.node, take);
        return;
      default:
    }
  }

  /** Hazards of a value that is called, constructed or handed on. */
  used(
    referents: readonly Referent[],
    use: Use,
    expression: ts.Expression,
    at: ts.Node,
    take: Take,
    args: readonly ts.Expression[] | undefined,
  ): void {
    const { functions } = this.settings;
    for (const referent of referents) take(hazardsOf(referent, { use, node: at, args }, functions), at);
    const target = bare(expression);
    if (use === 'new' || use === 'call') take(this.members.ofConstruction(target, args), at);
    if (!isAccess(target)) {
      if (use === 'call') take(ofDefinition(at, target, this.referents), at);
      return;
    }
    take(this.members.of(target, use, args), at);
    if (use !== 'call') return;
    take(this.engine.ofAccess(target), at);
    take(ofDefinition(at, target, this.referents), at);
    if (args?.length === 2 && target.getText() === 'Math.pow' && args[0] && args[1] && ts.isCallExpression(at)) {
      take(this.engine.ofPower(at, args[0], args[1]), at);
    }
  }

  /** Whether code at a place never runs in a workflow: it asked the SDK first. */
  isOutside(node: ts.Node, file: ts.SourceFile): boolean {
    if (!summaryOf(file).asksContext) return false;
    return isOutsideWorkflow(node, (call) =>
      this.referents
        .of(call.expression)
        .some((referent) => referent.kind === 'package' && referent.path.at(-1) === 'inWorkflowContext'),
    );
  }

  border(referent: Referent, node: ts.Node): Border | undefined {
    if (referent.kind !== 'package') return undefined;
    const { module, path } = referent;
    if (builtinModules.includes(module.replace(/^node:/, '')) || module.startsWith('@temporalio/')) return undefined;
    if (factOf(module, path, this.settings.functions) !== undefined) return undefined;
    const name =
      path
        .filter((step) => step !== 'default')
        .join('.')
        .replaceAll('.()', '()') || 'default';
    return { module, name, node };
  }

  private access(node: Access, take: Take): void {
    take(this.engine.ofAccess(node), node);
    // A part of a longer way is judged with the whole.
    if (isAccess(node.parent) && node.parent.expression === node) return;
    this.read(node, take);
    take(this.members.of(node, 'read', undefined), node);
  }

  private read(node: ts.Expression, take: Take): void {
    for (const referent of this.referents.of(node)) {
      take(hazardsOf(referent, { use: 'read', node, args: undefined }, this.settings.functions), node);
    }
  }

  /** `import('…')` of what the bundler leaves out, awaited or not. */
  private isLeftOut(node: ts.Node): boolean {
    const call = ts.isAwaitExpression(node) ? bare(node.expression) : node;
    const specifier = ts.isCallExpression(call) ? requiredModule(call) : undefined;
    return specifier !== undefined && this.options.ignored.includes(specifier.text);
  }

  private ofPackage(specifier: ts.StringLiteralLike): readonly Hazard[] {
    const name = specifier.text.replace(/^node:/, '');
    const isIn = (modules: readonly string[]): boolean => modules.some((m) => name === m || name.startsWith(`${m}/`));
    if (!isIn(refusedBuiltIns) && !isIn(refusedPackages)) return [];
    if (isIn(this.options.ignored.map((ignored) => ignored.replace(/^node:/, '')))) return [];
    const remedy = isIn(refusedPackages)
      ? 'The workflow bundle refuses it: import type only, or move what needs it into another file.'
      : 'The workflow bundle refuses it: do it in an activity, and import its type only.';
    return [{ effect: 'io', label: `import '${specifier.text}'`, remedy }];
  }
}

const allowed = ['assert', 'url', 'util'];
const refusedBuiltIns = builtinModules.filter((name) => !allowed.includes(name.split('/')[0] ?? ''));

/** Packages of the SDK that the bundler of 1.24 refuses. */
const refusedPackages = [
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/common/lib/internal-non-workflow',
  '@temporalio/testing',
  '@temporalio/core-bridge',
];
