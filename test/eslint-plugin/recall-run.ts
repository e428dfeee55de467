import { join } from 'node:path';
import { QuickProjects } from './quick-projects.js';
import { recallCases } from './recall-cases.js';

/** `recall`: written before the rules; `recall-spellings`: after them. */
export type RecallFolder = 'recall' | 'recall-spellings';

/** What the rules find of the hazards that were written before them. */
export interface Recall {
  cases: number;
  missed: readonly string[];
  /** Clean twins with a report. */
  wrong: readonly string[];
}

/** @param folder Which cases. */
export function runRecall(root: string, folder: RecallFolder): Recall {
  const cases = recallCases(join(root, 'test/eslint-plugin', folder));
  const missed: string[] = [];
  const wrong: string[] = [];
  const projects = new QuickProjects(root);
  for (const { title, rules, hazard, clean } of cases) {
    const name = `${rules.join(' or ')}: ${title}`;
    const found = projects.lint(hazard).map(({ at }) => at);
    if (!found.some((at) => rules.includes(at.split(' ')[1] ?? ''))) missed.push([name, ...found].join('\n    '));
    const said = projects.lint(clean);
    if (said.length > 0) wrong.push([name, ...said.map(({ at, text }) => `${at} ${text}`)].join('\n    '));
  }
  projects.dispose();
  return { cases: cases.length, missed, wrong };
}
