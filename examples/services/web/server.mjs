// A web server on PORT: says hello, and how many times it has done so.
import { createServer } from "node:http";

const port = Number(process.env.PORT);
let visits = 0;
const server = createServer((request, response) => {
  visits += 1;
  console.log(`${request.method} ${request.url}`);
  response.end(`hello, visit ${visits}\n`);
});
server.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${port}/`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
