#!/usr/bin/env node
/** Where `runits-import` begins. It uses nothing that an older Node lacks. */
import { canRun } from "../../node-version.ts";

if (canRun("runits-import")) await import("./main.ts");
