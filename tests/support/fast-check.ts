/**
 * fast-check with input that is the same at every run: a rare counterexample fails for everybody or
 * for nobody. `FUZZ_SEED=2` makes up other input.
 */
import fc from "fast-check";

const SEED = Number(process.env.FUZZ_SEED ?? 1);

fc.configureGlobal({ seed: SEED });

export default fc;
