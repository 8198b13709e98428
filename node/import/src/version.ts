/** The version of the package, which is that of the product. */
import description from "../package.json" with { type: "json" };

export const VERSION: string = description.version;
