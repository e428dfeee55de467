import ts from 'typescript';

const { forEachChild } = ts;

/** What to do after a node: leave out what is below it, or end. */
export type Step = 'skip' | 'stop' | undefined;

/**
 * Shows `visit` every node below `start`, in the order of the source.
 *
 * It keeps its own stack: generated code nests deeper than a recursion gets.
 */
export function walk(start: ts.Node, visit: (node: ts.Node) => Step): void {
  const stack: ts.Node[] = [];
  const push = (child: ts.Node): void => {
    stack.push(child);
  };
  const pushChildren = (node: ts.Node): void => {
    let first = stack.length;
    forEachChild(node, push);
    for (let last = stack.length - 1; first < last; first += 1, last -= 1) {
      [stack[first], stack[last]] = [stack[last] as ts.Node, stack[first] as ts.Node];
    }
  };
  pushChildren(start);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const step = visit(node);
    if (step === 'stop') return;
    if (step !== 'skip') pushChildren(node);
  }
}

/** The first node below `start` that is what `test` looks for. */
export function findNode(start: ts.Node, test: (node: ts.Node) => boolean): ts.Node | undefined {
  let found: ts.Node | undefined;
  walk(start, (node) => {
    if (!test(node)) return undefined;
    found = node;
    return 'stop';
  });
  return found;
}
