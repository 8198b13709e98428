/**
 * Procfiles as projects publish them, with `./dump` in place of their programs: its first argument
 * is its name.
 */

interface ProcfileCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Words of the command line of either. */
  readonly options?: readonly { readonly honcho: string; readonly ours: string }[];
  /** The first arguments of all processes. */
  readonly processes: readonly string[];
}

export const PROCFILES: readonly ProcfileCase[] = [
  {
    name: "a Rails site with a worker",
    processes: ["puma", "sidekiq"],
    files: {
      Procfile: `web: ./dump puma -C config/puma.rb -p $PORT
worker: ./dump sidekiq -c 5 -q default -q mailers
`,
      ".env": `RAILS_ENV=production
SECRET_KEY_BASE="0123456789abcdef"
DATABASE_URL=postgres://shop:s3cret@localhost:5432/shop
`,
    },
  },
  {
    name: "a Django site whose command sets variables",
    processes: ["gunicorn", "celery", "beat"],
    files: {
      Procfile: `# The site, and what it does later.
web: PYTHONUNBUFFERED=1 ./dump gunicorn shop.wsgi --bind 0.0.0.0:\${PORT:-8000} --log-file -

worker: DJANGO_SETTINGS_MODULE=shop.settings ./dump celery -A shop worker -l info
beat: ./dump beat -A shop beat --schedule="$TMP_DIR/beat db"
`,
      ".env": "TMP_DIR='/var/tmp/the shop'\n# DEBUG=1\nPORT=8100\n",
    },
  },
  {
    name: "several processes of a name",
    processes: ["api-1", "api-2", "api-3", "mail"],
    options: [
      { honcho: "-c", ours: "--processes" },
      { honcho: "api=3", ours: "api=3" },
    ],
    files: {
      Procfile: `api: ./dump api-$((PORT - 4999)) --port=$PORT
mail: ./dump mail "$PORT"
`,
    },
  },
  {
    name: "commands in other directories, behind others and in pipes",
    processes: ["client", "server", "watch"],
    files: {
      Procfile: `client: cd client && exec ../dump client --watch
server: mkdir -p tmp; cd server; exec "$OLDPWD/dump" server 'two words' \\$HOME "a\\"b"
watch: exec ./dump watch 2>&1 | cat
`,
      "client/package.json": "{}",
      "server/package.json": "{}",
    },
  },
  {
    name: "variables with quotes, escapes, comments and newlines",
    processes: ["app"],
    files: {
      Procfile: "app: ./dump app $(echo from a shell) `echo and another`\n",
      ".env": `PLAIN=value # a comment
SINGLE='it is "quoted" $HOME'
DOUBLE="a \\"quoted\\" word, \\$HOME and \\\\ more"
LINES="one\\ntwo\\tthree"
SPACED = around
EMPTY=
NOT A VARIABLE
JOINED="one "'two '"three"
URL=https://user:pa%20ss@example.org/?a=1&b=2
`,
    },
  },
  {
    name: "a Node server with another file of variables",
    processes: ["node"],
    options: [
      { honcho: "-e", ours: "--env" },
      { honcho: "production.env", ours: "production.env" },
      { honcho: "-p", ours: "--port" },
      { honcho: "3000", ours: "3000" },
    ],
    files: {
      Procfile: "web:   ./dump node --max-old-space-size=460 build/index.js --port $PORT   \n",
      "production.env": "NODE_ENV=production\n",
      ".env": "NODE_ENV=development\n",
    },
  },
  {
    name: "names with dashes and digits, and DOS line ends",
    processes: ["web", "cron"],
    files: {
      Procfile: "http-2: ./dump web --http2\r\ncron_1:./dump cron -f\r\n",
      ".env": "MODE=dos\r\n",
    },
  },
];
