// Ends with exit code 3 after eight seconds.
console.log("started, will crash in eight seconds");
setTimeout(() => {
  console.log("crashing");
  process.exit(3);
}, 8_000);
