/** The signals that a supervisor sends, each by a byte in `supervise/control`. */
export type ControlSignal =
  | "TERM"
  | "KILL"
  | "STOP"
  | "CONT"
  | "HUP"
  | "ALRM"
  | "INT"
  | "QUIT"
  | "USR1"
  | "USR2";
