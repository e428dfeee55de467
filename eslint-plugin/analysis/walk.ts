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
  const stack = childrenOf(start).reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const step = visit(node);
    if (step === 'stop') return;
    if (step !== 'skip') for (const child of childrenOf(node).reverse()) stack.push(child);
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

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}
