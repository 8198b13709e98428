/** The commands of sv. */
export const SHORT = "up down once pause cont hup alarm interrupt quit 1 2 term kill exit".split(
  " ",
);

export const LONG =
  "start stop shutdown reload restart try-restart force-stop force-reload force-restart force-shutdown check status".split(
    " ",
  );
