/**
 * The aliases of chpst, and what runit's chpst does not have. With what it imports it is a part,
 * chpst/extensions, which main.ts loads on request.
 */
import { longNames } from "../../base/option-table.ts";
import { EXTENSION_OPTIONS, type ExtensionRequest } from "./extension-options.ts";

export { readAlias } from "./aliases.ts";
export { readDotenv, runExtensionStep } from "./extension-steps.ts";
export const EXTENSIONS = longNames<ExtensionRequest>(EXTENSION_OPTIONS);
