/** The queues under test: ours, and two plain ones that get the same load and the same blows. */
export const kinds = ['longhaul', 'plain', 'forgetful'] as const;

export type Kind = (typeof kinds)[number];

export const workflowIdOf = (kind: Kind, queue: number): string => `chaos-${kind}-${queue}`;

export const taskQueue = 'chaos';
