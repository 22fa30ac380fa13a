/**
 * Which programs a project of `new` may have, by the names that are typed.
 * What each is made of is left to program.ts.
 */
export const PROJECT_APPS = ["stream", "hearable"] as const;
