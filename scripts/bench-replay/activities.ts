interface Step {
  at: number;
  note: string;
}

export function step(input: Step): Promise<Step> {
  return Promise.resolve(input);
}
