/**
 * What chpst does on request only: other names, and what runit's chpst does not have. With what it stands on, it is a
 * program of its own, chpst/extensions, which main.ts loads when it is asked for.
 */
export { readAlias } from "./aliases.ts";
export { applyExtension } from "./extension-options.ts";
export { readDotenv, runExtensionStep } from "./extension-steps.ts";
