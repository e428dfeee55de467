/** A workflow module whose workflow `order` runs `body` on line 5 (one more for each further line of imports). */
export function workflow(body: string, head = ''): string {
  return `import { sleep } from '@temporalio/workflow';\n${head}\nexport async function order(): Promise<unknown> {\n  await sleep(1);\n  ${body}\n}\n`;
}
