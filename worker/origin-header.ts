/** The header in which a workflow tells its activities where they come from. */
export const originHeader = 'longhaul';
