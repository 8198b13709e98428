/**
 * What chpst does on request only: other names, and what runit's chpst does not have. With what it stands on, it is a
 * program of its own, chpst/more, which main.ts loads when it is asked for.
 */
export { readAlias } from "./aliases.ts";
export { askMore } from "./more-options.ts";
export { readDotenv, takeMore } from "./more-steps.ts";
