// A worker: asks the web server for something to do every five seconds, and ends when it is not there.
const url = `http://127.0.0.1:${process.env.PORT}/work`;
for (;;) {
  const answer = await fetch(url).catch((error) => {
    console.log(`no work: ${error.message}`);
    process.exit(1);
  });
  console.log((await answer.text()).trim());
  await new Promise((resolve) => setTimeout(resolve, 5_000));
}
