/**
 * Configurations as projects publish them, with `dump` in place of their programs: its first
 * argument is its name. USER stands for an account that exists.
 */

export interface Configuration {
  readonly name: string;
  readonly text: string;
  /** The first arguments of all processes. */
  readonly processes: readonly string[];
}

const of = (name: string, processes: readonly string[], text: string): Configuration => ({
  name,
  processes,
  text,
});

export const SUPERVISORD: readonly Configuration[] = [
  of(
    "a Django site with gunicorn",
    ["gunicorn"],
    `[program:site]
command=%(here)s/dump gunicorn site.wsgi:application --bind unix:/run/site.sock -w 3
directory=%(here)s
user=USER
autostart=true
autorestart=true
redirect_stderr=true
stdout_logfile=%(here)s/gunicorn.log
environment=DJANGO_SETTINGS_MODULE="site.settings",LANG=en_US.UTF-8,LC_ALL=en_US.UTF-8
`,
  ),
  of(
    "Celery, a worker and its clock",
    ["celery", "celery-beat"],
    `; ==================================
;  celery worker
; ==================================
[program:celery]
command=%(here)s/dump celery -A shop worker --loglevel=INFO -Q orders,mail
directory=%(here)s
user=USER
numprocs=1
stdout_logfile=%(here)s/celery.log
stderr_logfile=%(here)s/celery.log
startsecs=10
; Need to wait for currently executing tasks to finish at shutdown.
stopwaitsecs = 600
killasgroup=true
priority=998

[program:celerybeat]
command=%(here)s/dump celery-beat -A shop beat --schedule %(here)s/beat.db
directory=%(here)s
startsecs=10
priority=999
`,
  ),
  of(
    "queue workers of Laravel",
    ["queue-00", "queue-01", "queue-02"],
    `[program:laravel-worker]
process_name=%(program_name)s_%(process_num)02d
command=%(here)s/dump queue-%(process_num)02d php artisan queue:work sqs --sleep=3 --tries=3 --max-time=3600
autostart=true
autorestart=true
stopasgroup=true
killasgroup=true
user=USER
numprocs=3
redirect_stderr=true
stdout_logfile=%(here)s/worker.log
stopwaitsecs=3600
`,
  ),
  of(
    "a container of nginx and PHP",
    ["php-fpm", "nginx"],
    `[supervisord]
nodaemon=true

[program:php-fpm]
command = %(here)s/dump php-fpm -F --fpm-config /etc/php/fpm.conf
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
stderr_logfile=/dev/stderr
stderr_logfile_maxbytes=0
autorestart=false
startretries=0

[program:nginx]
command=%(here)s/dump nginx -g 'daemon off;'
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
stderr_logfile=/dev/stderr
stderr_logfile_maxbytes=0
autorestart=false
startretries=0
`,
  ),
  of(
    "variables that all programs have",
    ["api", "jobs"],
    `[supervisord]
environment=REGION="eu-west-1",HOME="%(here)s/home",TOKEN="a,b;c=d"

[program:api]
command=%(here)s/dump api --home %(ENV_HOME)s --region %(ENV_REGION)s
environment=PORT="8080",REGION="us-east-1"

[program:jobs]
command=%(here)s/dump jobs "%(ENV_REGION)s"
umask=077
`,
  ),
  of(
    "a Node server",
    ["node"],
    `[program:node-app]
command=%(here)s/dump node --max-old-space-size=512 server.js
directory=%(here)s
environment=NODE_ENV='production',PORT=3000
stopsignal=INT
autorestart=unexpected
exitcodes=0,2
`,
  ),
  of(
    "sshd and cron in a container",
    ["sshd", "cron"],
    `[program:sshd]
command=%(here)s/dump sshd -D -e

[program:cron]
command=%(here)s/dump cron -f
autorestart=unexpected
startsecs=0
`,
  ),
  of(
    "a shell's command in quotes",
    ["shell"],
    `[program:shell]
command=sh -c "exec %(here)s/dump shell \\"$HOME\\" 'two words' a\\\\\\\\b"
environment=HOME="/var/lib/shell"
`,
  ),
  of(
    "uWSGI with a signal and a group",
    ["uwsgi"],
    `[program:uwsgi]
command = %(here)s/dump uwsgi --ini /etc/uwsgi/app.ini --die-on-term
stopsignal = QUIT
stopasgroup = yes
user : USER

[group:web]
programs=uwsgi
priority=10
`,
  ),
  of(
    "lines that go on, and comments behind values",
    ["long"],
    `[program:long]
command = %(here)s/dump long   ; the program
  --first 1
  --second "2 two" # and its arguments
directory = %(here)s ; where
environment =
    A="1",
    B="2 3",
    C=four
`,
  ),
  of(
    "Jupyter with odd characters",
    ["jupyter"],
    `[program:jupyter]
command=%(here)s/dump jupyter lab --ip=0.0.0.0 --ServerApp.token='' --pattern='*.ipynb' '$(id)' '\`id\`' --percent 100%%
environment=SHELL="/bin/bash",PROMPT="it's $HOME"
`,
  ),
  of(
    "Airflow, several names of one program",
    ["airflow-web", "airflow-scheduler"],
    `[program:webserver]
command=%(here)s/dump airflow-web -p 8080
environment=AIRFLOW_HOME="%(here)s"
[program:scheduler]
command=%(here)s/dump airflow-scheduler
environment=AIRFLOW_HOME="%(here)s"
startretries=10
stopwaitsecs=1
`,
  ),
  of(
    "workers counted from one",
    ["rq-1", "rq-2"],
    `[program:rq]
command=%(here)s/dump rq-%(process_num)s --of %(numprocs)d --host %(host_node_name)s --program %(program_name)s
process_name=rq-%(process_num)s
numprocs=2
numprocs_start=1
environment=WORKER="%(process_num)d"
`,
  ),
  of(
    "a DEFAULT section",
    ["one", "two"],
    `[DEFAULT]
directory=%(here)s
environment=COMMON="yes"

[program:one]
command=%(here)s/dump one

[program:two]
command=%(here)s/dump two
environment=COMMON="no"
`,
  ),
  of(
    "output that nobody wants",
    ["member"],
    `[program:member]
command=%(here)s/dump member
user=USER
umask=0007
stdout_logfile=NONE
stderr_logfile=NONE
`,
  ),
];
