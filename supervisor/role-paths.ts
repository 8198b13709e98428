/**
 * The names of the two services of a service directory.
 *
 * Pure: a table.
 */

/**
 * For each service: its directory and its supervise directory below the service directory, and its
 * name in messages.
 */
export const ROLE_PATHS = {
  main: { where: "", supervise: "supervise", name: "service" },
  log: { where: "log/", supervise: "log/supervise", name: "log service" },
} as const;
